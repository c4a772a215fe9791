"""The objects fit together: what is named exists, what runs is restricted, what can be drained can be drained."""

from collections.abc import Iterator
from typing import Any

import kubernetes_validate  # type: ignore[import-untyped]
import pytest

from tests.deploy.cluster import Cluster, Object, containers, matches, rendered, template_of
from tests.deploy.names import secret_keys, settings
from tests.deploy.operators import OURS_BY_OPERATORS, wrong_in
from tests.deploy.picking import IMAGES
from tests.deploy.render import RENDERED, SIZES, digest_of_sources, head_of

FOREIGN = {"postgres", "rabbitmq"}


@pytest.fixture(params=SIZES)
def cluster(request: pytest.FixtureRequest) -> Cluster:
    return Cluster(rendered(request.param))


def test_each_object_is_what_its_kind_allows(cluster: Cluster) -> None:
    for one in cluster.objects:
        if one["kind"] in OURS_BY_OPERATORS:
            assert wrong_in(one) == [], one["metadata"]["name"]
        else:
            kubernetes_validate.validate(one, kubernetes_validate.latest_version(), strict=True)


def test_everything_lies_in_one_namespace_under_a_name_of_its_own(cluster: Cluster) -> None:
    names = [(one["kind"], one["metadata"]["name"]) for one in cluster.objects]
    assert len(names) == len(set(names))
    elsewhere = [one["kind"] for one in cluster.objects if one["metadata"].get("namespace") != "shokai"]
    assert set(elsewhere) == {"Namespace", "PriorityClass"}


def test_selectors_select_their_own_pods_and_no_others(cluster: Cluster) -> None:
    for workload in cluster.of("Deployment", "StatefulSet"):
        chosen = [pod.owner for pod in cluster.pods() if matches(workload["spec"]["selector"], pod.labels)]
        assert chosen == [workload["metadata"]["name"]]
        for spread in template_of(workload)["spec"].get("topologySpreadConstraints", ()):
            assert spread["labelSelector"] == workload["spec"]["selector"]


def test_services_lead_to_ports_that_are_open(cluster: Cluster) -> None:
    for service in cluster.of("Service"):
        selector = {"matchLabels": service["spec"]["selector"]}
        (target,) = [pod for pod in cluster.pods() if matches(selector, pod.labels)]
        assert {one["targetPort"] for one in service["spec"]["ports"]} <= set(target.ports)


def test_ingresses_lead_to_services(cluster: Cluster) -> None:
    services = cluster.named("Service")
    for ingress in cluster.of("Ingress"):
        for _, backend in paths_of(ingress):
            ports = {one["name"] for one in services[backend["name"]]["spec"]["ports"]}
            assert backend["port"]["name"] in ports
        assert {tls["secretName"] for tls in ingress["spec"]["tls"]} == {f"shokai-{ingress['metadata']['name']}-tls"}
        assert secret_keys(ingress["spec"]["tls"][0]["secretName"])


def test_probes_ask_at_ports_that_are_open(cluster: Cluster) -> None:
    for workload in cluster.of("Deployment", "StatefulSet"):
        for container in containers(template_of(workload)["spec"]):
            open_ports = {one["name"] for one in container["ports"]}
            for name in ("startupProbe", "readinessProbe", "livenessProbe"):
                probe = container[name]
                asked = probe.get("httpGet") or probe.get("tcpSocket")
                assert asked is None or asked["port"] in open_ports


def test_policies_choose_pods_that_there_are(cluster: Cluster) -> None:
    for policy in cluster.of("NetworkPolicy"):
        assert any(matches(policy["spec"]["podSelector"], pod.labels) for pod in cluster.pods())
        for rule in (*policy["spec"].get("ingress", ()), *policy["spec"].get("egress", ())):
            for peer in (*rule.get("from", ()), *rule.get("to", ())):
                if "namespaceSelector" not in peer:
                    assert any(matches(peer["podSelector"], pod.labels) for pod in cluster.pods()), peer


def test_every_mount_has_its_volume_and_every_volume_its_mount(cluster: Cluster) -> None:
    for workload in cluster.workloads():
        spec = template_of(workload)["spec"]
        volumes = {one["name"] for one in spec.get("volumes", ())}
        volumes |= {one["metadata"]["name"] for one in workload["spec"].get("volumeClaimTemplates", ())}
        mounted = {mount["name"] for container in containers(spec) for mount in container["volumeMounts"]}
        assert mounted == volumes, workload["metadata"]["name"]
        for container in containers(spec):
            places = [mount["mountPath"] for mount in container["volumeMounts"]]
            assert len(places) == len(set(places))


def test_volumes_come_from_what_is_there(cluster: Cluster) -> None:
    claims, configs = cluster.named("PersistentVolumeClaim"), cluster.named("ConfigMap")
    for source in all_sources(cluster):
        if "persistentVolumeClaim" in source:
            assert source["persistentVolumeClaim"]["claimName"] in claims
        if "configMap" in source:
            assert source["configMap"]["name"] in configs


def test_secrets_come_from_outside_and_are_all_listed(cluster: Cluster) -> None:
    assert cluster.of("Secret") == []
    for name, keys in wanted_secrets(cluster):
        listed = secret_keys(name)
        assert listed is not None, name
        assert keys <= listed, name


def test_files_from_config_maps_are_in_them(cluster: Cluster) -> None:
    configs = cluster.named("ConfigMap")
    for workload in cluster.workloads():
        spec = template_of(workload)["spec"]
        volumes = {one["name"]: one for one in spec.get("volumes", ())}
        for container in containers(spec):
            for mount in container["volumeMounts"]:
                source = volumes.get(mount["name"], {})
                if "subPath" in mount and "configMap" in source:
                    assert mount["subPath"] in configs[source["configMap"]["name"]]["data"]


def test_every_variable_is_a_setting(cluster: Cluster) -> None:
    for config in cluster.of("ConfigMap"):
        assert {name for name in config["data"] if name.startswith("SHOKAI")} <= settings()
    for workload in cluster.workloads():
        for container in containers(template_of(workload)["spec"]):
            named = {one["name"] for one in container.get("env", ())}
            assert {name for name in named if not name.startswith(("PG", "POSTGRES"))} <= settings()


def test_every_file_that_a_setting_names_is_mounted(cluster: Cluster) -> None:
    for workload in cluster.of("Deployment"):
        spec = template_of(workload)["spec"]
        named = {name: value for name, value in environment(cluster, spec).items() if name.endswith("_FILE")}
        if workload["metadata"]["name"] == "console":  # it opens neither stores nor keys of the house
            named = {name: value for name, value in named.items() if "CONSOLE" in name}
        assert named
        assert set(named.values()) <= set(secret_files(spec)), workload["metadata"]["name"]


def test_images_have_a_target(cluster: Cluster) -> None:
    for workload in cluster.workloads():
        for container in containers(template_of(workload)["spec"]):
            name, _, tag = container["image"].partition(":")
            assert name.removeprefix("shokai/") in {*IMAGES, *FOREIGN}
            assert tag not in ("", "latest")


def test_every_pod_is_restricted(cluster: Cluster) -> None:
    (namespace,) = cluster.of("Namespace")
    assert namespace["metadata"]["labels"]["pod-security.kubernetes.io/enforce"] == "restricted"
    for workload in cluster.workloads():
        spec = template_of(workload)["spec"]
        assert spec["automountServiceAccountToken"] is False
        assert spec["enableServiceLinks"] is False
        assert spec["securityContext"]["runAsNonRoot"] is True
        assert spec["securityContext"]["runAsUser"] > 0
        assert spec["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
        assert not {"hostNetwork", "hostPID", "hostIPC"} & set(spec)
        assert not any("hostPath" in volume for volume in spec.get("volumes", ()))
        for container in containers(spec):
            assert container["securityContext"] == {
                "allowPrivilegeEscalation": False,
                "readOnlyRootFilesystem": True,
                "capabilities": {"drop": ["ALL"]},
            }


def test_every_container_has_limits(cluster: Cluster) -> None:
    for workload in cluster.workloads():
        for container in containers(template_of(workload)["spec"]):
            resources = container["resources"]
            assert set(resources["requests"]) == set(resources["limits"]) == {"cpu", "memory"}


def test_accounts_and_priorities_exist(cluster: Cluster) -> None:
    accounts, priorities = cluster.named("ServiceAccount"), cluster.named("PriorityClass")
    for workload in cluster.workloads():
        spec = template_of(workload)["spec"]
        if "serviceAccountName" in spec:
            assert accounts[spec["serviceAccountName"]]["automountServiceAccountToken"] is False
        if workload["kind"] != "Job":
            assert spec["priorityClassName"] in priorities


def test_every_process_can_be_moved_away(cluster: Cluster) -> None:
    """One budget each, none of which lets nothing go, even with one replica."""
    budgets = cluster.of("PodDisruptionBudget")
    for pod in cluster.pods():
        if cluster.named("Job").get(pod.owner) or pod.owner in cluster.named("Cluster"):
            continue
        (budget,) = [one for one in budgets if matches(one["spec"]["selector"], pod.labels)]
        assert budget["spec"].get("maxUnavailable") == 1
        assert "minAvailable" not in budget["spec"]


def test_each_workload_has_one_who_sets_its_replicas(cluster: Cluster) -> None:
    scaled = [one["spec"]["scaleTargetRef"]["name"] for one in cluster.of("HorizontalPodAutoscaler", "ScaledObject")]
    assert len(scaled) == len(set(scaled))
    for workload in cluster.of("Deployment"):
        assert ("replicas" in workload["spec"]) == (workload["metadata"]["name"] not in scaled)
    assert set(scaled) <= set(cluster.named("Deployment"))


def test_what_writes_a_volume_of_one_node_runs_once(cluster: Cluster) -> None:
    alone = {
        name
        for name, claim in cluster.named("PersistentVolumeClaim").items()
        if claim["spec"]["accessModes"] == ["ReadWriteOnce"]
    }
    for workload in cluster.of("Deployment"):
        claims = {
            volume["persistentVolumeClaim"]["claimName"]
            for volume in template_of(workload)["spec"]["volumes"]
            if "persistentVolumeClaim" in volume
        }
        if claims & alone:
            assert workload["spec"]["replicas"] == 1
            assert workload["spec"]["strategy"] == {"type": "Recreate"}


def test_time_to_finish_is_longer_than_the_drain(cluster: Cluster) -> None:
    for workload in cluster.of("Deployment"):
        assert template_of(workload)["spec"]["terminationGracePeriodSeconds"] >= 25 + 3 + 5


def test_every_database_and_queue_has_its_steps(cluster: Cluster) -> None:
    jobs = cluster.named("Job")
    assert set(jobs) == {
        "prepare",
        *(f"migrate-{name}" for name in ("authority", "intake", "matcher", "media", "audit")),
    }
    for name, job in jobs.items():
        (container,) = containers(template_of(job)["spec"])
        step, _, service = name.partition("-")
        assert container["command"] == ["python", "-m", f"services.{service or 'authority'}", step]


@pytest.mark.parametrize("size", SIZES)
def test_what_is_tested_is_what_would_be_deployed(size: str) -> None:
    """Else: `python -m tests.deploy.render`."""
    with (RENDERED / f"{size}.yaml").open(encoding="utf-8") as file:
        assert file.readline() == head_of(digest_of_sources())


def paths_of(ingress: Object) -> Iterator[tuple[str, Object]]:
    """Each path with the service that it leads to."""
    for rule in ingress["spec"]["rules"]:
        for one in rule["http"]["paths"]:
            yield one["path"], one["backend"]["service"]


def all_sources(cluster: Cluster) -> Iterator[Object]:
    """Every volume of every pod, projected ones taken apart."""
    for workload in cluster.workloads():
        for volume in template_of(workload)["spec"].get("volumes", ()):
            yield from volume["projected"]["sources"] if "projected" in volume else (volume,)


def wanted_secrets(cluster: Cluster) -> Iterator[tuple[str, frozenset[str]]]:
    """Every secret that anything reads, with the keys that it takes."""
    for source in all_sources(cluster):
        if "secret" in source:
            secret = source["secret"]
            name = secret.get("name") or secret["secretName"]
            yield name, frozenset(item["key"] for item in secret.get("items", ()))
    for one in cluster.of("Cluster"):
        for role in one["spec"]["managed"]["roles"]:
            yield role["passwordSecret"]["name"], frozenset({"username", "password"})
    for one in cluster.of("ExternalSecret"):
        yield one["spec"]["target"]["name"], frozenset(row["secretKey"] for row in one["spec"]["data"])
    for one in cluster.of("RabbitmqCluster"):
        yield one["spec"]["tls"]["secretName"], frozenset()
        yield one["spec"]["tls"]["caSecretName"], frozenset()


def environment(cluster: Cluster, spec: Object) -> dict[str, Any]:
    """What the first container of a pod finds in its environment."""
    container = spec["containers"][0]
    configs = cluster.named("ConfigMap")
    found: dict[str, Any] = {}
    for source in container.get("envFrom", ()):
        found |= configs[source["configMapRef"]["name"]]["data"]
    return found | {one["name"]: one["value"] for one in container.get("env", ())}


def secret_files(spec: Object) -> Iterator[str]:
    """The files that a pod's secrets become."""
    mounts = {mount["name"]: mount["mountPath"] for mount in spec["containers"][0]["volumeMounts"]}
    for volume in spec["volumes"]:
        sources = volume.get("projected", {}).get("sources", [volume])
        for source in sources:
            for item in source.get("secret", {}).get("items", ()):
                yield f"{mounts[volume['name']]}/{item['path']}"
