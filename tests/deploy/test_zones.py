"""Who can reach whom, computed from the network policies and the ingresses, as a cluster would."""

import re

import pytest

from tests.deploy.cluster import Cluster, Pod, rendered, zone
from tests.deploy.render import SIZES
from tests.deploy.test_k8s import paths_of

SERVICES = ("authority", "intake", "matcher", "media", "audit")
WORKERS = ("intake-worker", "matcher-worker", "media-worker")
ELSEWHERE = Pod("elsewhere", {}, {}, namespace={"shokai-zone": "other"}, outside=True)
BUCKET = Pod("bucket", {}, {"https": 443}, namespace={"shokai-zone": "none"}, outside=True)

# What a portal may call; all else answers as if it were not there.
EXCHANGE_PATHS = {
    "/authority/v1/token", "/authority/v1/jwks", "/intake/v1/requests", "/intake/v1/cycles", "/intake/v1/checks",
    "/intake/v1/receipt-key", "/media/v1/replies",
}  # fmt: skip


@pytest.fixture(params=SIZES)
def cluster(request: pytest.FixtureRequest) -> Cluster:
    return Cluster(rendered(request.param))


def reached(cluster: Cluster, source: Pod) -> set[str]:
    """The pods of which `source` can open any port."""
    return {
        pod.owner
        for pod in cluster.pods()
        if pod.owner != source.owner and any(cluster.reaches(source, pod, port) for port in pod.ports.values())
    }


def test_the_exchange_side_reaches_the_three_services_of_portals_and_nothing_else(cluster: Cluster) -> None:
    assert reached(cluster, zone("exchange")) == {"authority", "intake", "media"}


def test_the_office_reaches_pages_and_services_but_not_the_registry_data(cluster: Cluster) -> None:
    assert reached(cluster, zone("office")) == {"console", "authority", "intake", "media", "audit"}


def test_the_security_room_reaches_the_matcher_the_pages_and_where_to_sign_in(cluster: Cluster) -> None:
    assert reached(cluster, zone("secure")) == {"authority", "matcher", "console"}


def test_single_reviews_are_shown_in_the_security_room_alone(cluster: Cluster) -> None:
    def shown_at(name: str) -> bool:
        spec = cluster.named("Ingress")[name]["spec"]
        paths = [(one["path"], one["pathType"]) for rule in spec["rules"] for one in rule["http"]["paths"]]
        return any(kind == "Prefix" and "/reviews/1".startswith(path) for path, kind in paths)

    assert [name for name in ("exchange", "office", "secure") if shown_at(name)] == ["secure"]


def test_a_browser_stays_with_the_console_that_it_signed_in_at(cluster: Cluster) -> None:
    for name in ("office", "secure"):
        notes = cluster.named("Ingress")[name]["metadata"]["annotations"]
        assert notes["nginx.ingress.kubernetes.io/affinity"] == "cookie"
        assert notes["nginx.ingress.kubernetes.io/affinity-mode"] == "persistent"


def test_nobody_else_reaches_anything(cluster: Cluster) -> None:
    assert reached(cluster, ELSEWHERE) == set()


def test_administrators_see_metrics_and_the_brokers_management_but_no_data(cluster: Cluster) -> None:
    admin = zone("admin")
    assert {*SERVICES, *WORKERS, "console"} <= reached(cluster, admin)
    postgres, rabbitmq = cluster.pod("postgres"), cluster.pod("rabbitmq")
    assert not cluster.reaches(admin, postgres, 5432)
    assert not any(cluster.reaches(admin, rabbitmq, port) for port in (5672, 5671))
    assert any(cluster.reaches(admin, rabbitmq, port) for port in (15672, 15671))


@pytest.mark.parametrize("name", [*SERVICES, *WORKERS])
def test_services_and_workers_reach_database_and_broker(cluster: Cluster, name: str) -> None:
    assert reached(cluster, cluster.pod(name)) == {"postgres", "rabbitmq"}
    assert cluster.reaches(cluster.pod(name), cluster.pod("postgres"), 5432)
    rabbitmq = cluster.pod("rabbitmq")
    assert any(
        cluster.reaches(cluster.pod(name), rabbitmq, port) for port in (5672, 5671) if port in rabbitmq.ports.values()
    )
    assert not any(cluster.reaches(cluster.pod(name), rabbitmq, port) for port in (15672, 15671, 15692))


def test_the_console_reaches_the_services_and_no_store(cluster: Cluster) -> None:
    assert reached(cluster, cluster.pod("console")) == set(SERVICES)


def test_migrations_reach_their_database_and_preparation_reaches_nothing(cluster: Cluster) -> None:
    for service in SERVICES:
        assert reached(cluster, cluster.pod(f"migrate-{service}")) == {"postgres"}
    assert reached(cluster, cluster.pod("prepare")) == set()


def test_only_what_keeps_bulk_data_in_a_bucket_leaves_the_cluster(cluster: Cluster) -> None:
    bulk = {*SERVICES, *WORKERS} if "to-bucket" in cluster.named("NetworkPolicy") else set()
    leaving = {pod.owner for pod in cluster.pods() if cluster.reaches(pod, BUCKET, 443)}
    assert leaving - {"postgres", "rabbitmq"} == bulk


def test_each_ingress_is_its_zones_own(cluster: Cluster) -> None:
    for name, ingress in cluster.named("Ingress").items():
        assert ingress["spec"]["ingressClassName"] == name
        for _, backend in paths_of(ingress):
            assert cluster.reaches(zone(name), cluster.pod(backend["name"]), 8000)


def test_the_exchange_ingress_has_the_paths_of_portals_alone(cluster: Cluster) -> None:
    ingress = cluster.named("Ingress")["exchange"]
    assert {path for path, _ in paths_of(ingress)} == EXCHANGE_PATHS
    assert "defaultBackend" not in ingress["spec"]


def test_no_ingress_leads_to_the_control_door_or_to_metrics(cluster: Cluster) -> None:
    hidden = ("/control/clock", "/metrics", "/readyz", "/openapi.json")
    for ingress in cluster.of("Ingress"):
        for rule in ingress["spec"]["rules"]:
            for one in rule["http"]["paths"]:
                prefix = one["path"] if one["pathType"] == "Prefix" else "^"
                assert not any(re.match(re.escape(prefix), path) for path in hidden), one


def test_what_no_policy_names_is_denied(cluster: Cluster) -> None:
    """Pods that come later too: all of them are chosen, both ways, and nothing is allowed by it."""
    spec = cluster.named("NetworkPolicy")["default-deny"]["spec"]
    assert spec == {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}
