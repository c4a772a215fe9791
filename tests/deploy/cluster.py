"""What Kubernetes would make of the kustomizations: objects by kind, pods, and who may reach whom."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import yaml

from tests.deploy.render import RENDERED

Object = dict[str, Any]
Labels = Mapping[str, str]


@cache
def rendered(name: str) -> tuple[Object, ...]:
    """The objects of one size."""
    return tuple(yaml.safe_load_all((RENDERED / f"{name}.yaml").read_text("utf-8")))


@dataclass(frozen=True)
class Pod:
    """A pod as its template describes it; `spec` is empty for pods that an operator makes."""

    owner: str
    labels: Labels
    ports: Mapping[str, int]
    spec: Object = field(default_factory=dict)
    namespace: Labels = field(default_factory=dict)
    outside: bool = False


@dataclass(frozen=True)
class Cluster:
    """One rendered size."""

    objects: Sequence[Object]

    def of(self, *kinds: str) -> list[Object]:
        """The objects of these kinds."""
        return [one for one in self.objects if one["kind"] in kinds]

    def named(self, kind: str) -> dict[str, Object]:
        """The objects of a kind by their names."""
        return {one["metadata"]["name"]: one for one in self.of(kind)}

    def workloads(self) -> list[Object]:
        """Everything that makes pods of a template here."""
        return self.of("Deployment", "StatefulSet", "Job")

    def pods(self) -> list[Pod]:
        """One pod for each workload, and one for each cluster that an operator makes."""
        made = [_pod_of(one) for one in self.workloads()]
        made += [_postgres_of(one) for one in self.of("Cluster")]
        return made + [_rabbitmq_of(one) for one in self.of("RabbitmqCluster")]

    def pod(self, owner: str) -> Pod:
        """The pod of that owner."""
        return next(pod for pod in self.pods() if pod.owner == owner)

    def reaches(self, source: Pod, target: Pod, port: int) -> bool:
        """Whether the network policies let `source` open `port` of `target`."""
        out = source.outside or self._allows("Egress", source, target, port, target)
        return out and (target.outside or self._allows("Ingress", target, source, port, target))

    def _allows(self, way: str, subject: Pod, peer: Pod, port: int, listens: Pod) -> bool:
        rules_key, peers_key = ("egress", "to") if way == "Egress" else ("ingress", "from")
        policies = [
            one["spec"]
            for one in self.of("NetworkPolicy")
            if way in one["spec"]["policyTypes"] and matches(one["spec"]["podSelector"], subject.labels)
        ]
        if not policies:
            return True
        return any(
            _names_port(rule, port, listens) and _names_peer(rule.get(peers_key), peer)
            for spec in policies
            for rule in spec.get(rules_key, ())
        )


def zone(name: str) -> Pod:
    """Whatever runs in a namespace of that zone."""
    return Pod(name, {}, {}, namespace={"shokai-zone": name}, outside=True)


def matches(selector: Object | None, labels: Labels) -> bool:
    """Whether a label selector selects these labels; an empty one selects all."""
    if selector is None:
        return False
    if any(labels.get(key) != value for key, value in selector.get("matchLabels", {}).items()):
        return False
    return all(_holds(one, labels) for one in selector.get("matchExpressions", ()))


def template_of(workload: Object) -> Object:
    """The pod template of a workload."""
    return dict(workload["spec"]["template"])


def containers(spec: Object) -> Iterator[Object]:
    """All containers of a pod."""
    yield from spec.get("initContainers", ())
    yield from spec["containers"]


def _holds(expression: Object, labels: Labels) -> bool:
    assert expression["operator"] == "In", expression
    return labels.get(expression["key"]) in expression["values"]


def _names_port(rule: Object, port: int, listens: Pod) -> bool:
    if "ports" not in rule:
        return True
    wanted = [one["port"] for one in rule["ports"]]
    return any((listens.ports.get(one) if isinstance(one, str) else one) == port for one in wanted)


def _names_peer(peers: Sequence[Object] | None, peer: Pod) -> bool:
    return peers is None or any(_is_peer(one, peer) for one in peers)


def _is_peer(one: Object, peer: Pod) -> bool:
    if "namespaceSelector" in one:
        return matches(one["namespaceSelector"], peer.namespace) and matches(one.get("podSelector", {}), peer.labels)
    return not peer.outside and matches(one["podSelector"], peer.labels)


def _pod_of(workload: Object) -> Pod:
    template = template_of(workload)
    spec = template["spec"]
    ports = {one["name"]: one["containerPort"] for container in containers(spec) for one in container.get("ports", ())}
    return Pod(workload["metadata"]["name"], template["metadata"]["labels"], ports, spec)


def _postgres_of(cluster: Object) -> Pod:
    """CloudNativePG: labels by `inheritedMetadata`; the server, the instance manager and its metrics."""
    labels = cluster["spec"]["inheritedMetadata"]["labels"]
    return Pod(cluster["metadata"]["name"], labels, {"postgresql": 5432, "status": 8000, "metrics": 9187})


def _rabbitmq_of(cluster: Object) -> Pod:
    """Cluster Operator: labels by the override; TLS alone, management and metrics."""
    labels = cluster["spec"]["override"]["statefulSet"]["spec"]["template"]["metadata"]["labels"]
    return Pod(cluster["metadata"]["name"], labels, {"amqps": 5671, "management-tls": 15671, "prometheus": 15692})
