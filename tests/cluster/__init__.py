"""The distributed system on this machine: its servers, its processes and a front before them."""

from tests.cluster.cluster import Cluster

__all__ = ["Cluster"]
