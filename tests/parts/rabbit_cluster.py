"""Three RabbitMQ nodes on this machine that are one broker: a queue of type quorum outlives the loss of any one."""

import json
import secrets
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Final

from tests.parts.keeper import Keeper, free_port, wait_until
from tests.parts.rabbitmq import RabbitMQ

NODES: Final = 3
JOIN_SECONDS: Final = 120


class RabbitCluster:
    """Nodes that know each other by one cookie and one port mapper. A node left alone pauses."""

    def __init__(self) -> None:
        self._home = Path(tempfile.mkdtemp(prefix="shokai-rabbits-"))
        self._epmd = free_port()
        self._mapper: Keeper | None = None
        names = [f"shokai-{secrets.token_hex(4)}" for _ in range(NODES)]
        members = "".join(
            f"cluster_formation.classic_config.nodes.{number} = {name}@localhost\n"
            for number, name in enumerate(names, start=1)
        )
        conf = (
            "cluster_formation.peer_discovery_backend = classic_config\n"
            f"cluster_formation.target_cluster_size_hint = {NODES}\n"
            f"cluster_partition_handling = pause_minority\n{members}"
        )
        self.nodes = [RabbitMQ(conf=conf, name=name, home=self._home, epmd=self._epmd) for name in names]

    def start(self) -> "RabbitCluster":
        """Start all nodes and wait until they are one cluster."""
        command = ["/usr/bin/epmd", "-port", str(self._epmd), "-address", "127.0.0.1"]
        environment = self.nodes[0].environment()
        self._mapper = Keeper(command, environment=environment, log=self._home / "epmd.log", sweep=self._home)
        for node in self.nodes:
            node.launch()
        for node in self.nodes:
            node.wait()
        wait_until(lambda: len(self._running()) == NODES, "the nodes to find each other", JOIN_SECONDS)
        return self

    def close(self) -> None:
        """End it for good and remove its files."""
        for node in self.nodes:
            node.close()
        if self._mapper is not None:
            self._mapper.end()
        shutil.rmtree(self._home, ignore_errors=True)

    def urls(self, vhost: str = "/") -> str:
        """All nodes, with commas between them."""
        return ",".join(node.url(vhost) for node in self.nodes)

    def create_vhost(self) -> str:
        """A virtual host for one test."""
        return self._any().create_vhost()

    def ctl(self, *arguments: str) -> str:
        """`rabbitmqctl` on a node that runs."""
        return self._any().ctl(*arguments)

    def leader(self, queue: str, vhost: str = "/") -> RabbitMQ:
        """The node that leads a quorum queue."""
        told = json.loads(self.ctl("list_queues", "-p", vhost, "name", "leader", "--formatter", "json"))
        leads = {row["name"]: row["leader"] for row in told}
        return self._one(lambda node: node.node == leads[queue])

    def kill_leader(self, queue: str, vhost: str = "/") -> RabbitMQ:
        """kill -9 of the node that leads a queue; gives the node, to be started again."""
        node = self.leader(queue, vhost)
        node.kill()
        return node

    def _any(self) -> RabbitMQ:
        return self._one(RabbitMQ.running)

    def _one(self, which: Callable[[RabbitMQ], bool]) -> RabbitMQ:
        return next(node for node in self.nodes if which(node))

    def _running(self) -> list[str]:
        told = json.loads(self.ctl("cluster_status", "--formatter", "json"))
        return list(told["running_nodes"])
