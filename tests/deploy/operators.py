"""Schemas of the operators' objects, as far as we use them: what is misspelt, missing or new to us is found."""

from typing import Any

from jsonschema import Draft202012Validator  # type: ignore[import-untyped]

Schema = dict[str, Any]

TEXT: Schema = {"type": "string", "minLength": 1}
COUNT: Schema = {"type": "integer", "minimum": 0}
FLAG: Schema = {"type": "boolean"}
ANY_MAP: Schema = {"type": "object"}
TEXT_MAP: Schema = {"type": "object", "additionalProperties": TEXT}
RESOURCES: Schema = {
    "type": "object",
    "required": ["requests", "limits"],
    "properties": {"requests": ANY_MAP, "limits": ANY_MAP},
    "additionalProperties": False,
}


def closed(required: str, **properties: Schema) -> Schema:
    """An object with these fields and no others."""
    return {
        "type": "object",
        "required": required.split(),
        "properties": properties,
        "additionalProperties": False,
    }


def some(item: Schema) -> Schema:
    """A list with at least one of these."""
    return {"type": "array", "minItems": 1, "items": item}


NAME = closed("name", name=TEXT)

POSTGRES_CLUSTER = closed(
    "instances storage bootstrap managed resources",
    instances={"type": "integer", "minimum": 3},
    imageCatalogRef=closed(
        "apiGroup kind name major",
        apiGroup={"const": "postgresql.cnpg.io"},
        kind={"enum": ["ImageCatalog", "ClusterImageCatalog"]},
        name=TEXT,
        major={"const": 17},
    ),
    inheritedMetadata=closed("labels", labels=TEXT_MAP),
    enableSuperuserAccess={"const": False},
    enablePDB=FLAG,
    priorityClassName=TEXT,
    affinity=closed(
        "enablePodAntiAffinity",
        enablePodAntiAffinity=FLAG,
        podAntiAffinityType={"enum": ["preferred", "required"]},
        topologyKey=TEXT,
    ),
    seccompProfile=closed("type", type={"const": "RuntimeDefault"}),
    resources=RESOURCES,
    storage=closed("size", size=TEXT),
    walStorage=closed("size", size=TEXT),
    bootstrap=closed(
        "initdb",
        initdb=closed("", dataChecksums=FLAG, encoding=TEXT, localeCType=TEXT, localeCollate=TEXT),
    ),
    postgresql=closed(
        "parameters pg_hba synchronous",
        parameters=TEXT_MAP,
        pg_hba=some(TEXT),
        synchronous=closed(
            "method number",
            method={"enum": ["any", "first"]},
            number={"type": "integer", "minimum": 1},
            dataDurability={"enum": ["required", "preferred"]},
        ),
    ),
    managed=closed(
        "roles",
        roles=some(
            closed(
                "name ensure login passwordSecret",
                name=TEXT,
                ensure={"const": "present"},
                login={"const": True},
                passwordSecret=NAME,
            )
        ),
    ),
)

DATABASE = closed(
    "cluster name owner",
    cluster=NAME,
    name=TEXT,
    owner=TEXT,
    encoding=TEXT,
    locale=TEXT,
    template=TEXT,
    databaseReclaimPolicy={"const": "retain"},
)

RABBITMQ_CLUSTER = closed(
    "replicas tls persistence resources rabbitmq override",
    replicas={"type": "integer", "enum": [3, 5, 7]},
    image=TEXT,
    service=closed("type", type={"const": "ClusterIP"}),
    tls=closed("secretName caSecretName", secretName=TEXT, caSecretName=TEXT, disableNonTLSListeners={"const": True}),
    persistence=closed("storage", storage=TEXT),
    terminationGracePeriodSeconds=COUNT,
    resources=RESOURCES,
    affinity=closed("podAntiAffinity", podAntiAffinity=ANY_MAP),
    rabbitmq=closed("", additionalPlugins=some(TEXT), additionalConfig=TEXT),
    override=closed("statefulSet", statefulSet=closed("spec", spec=ANY_MAP)),
)

SCALED_OBJECT = closed(
    "scaleTargetRef minReplicaCount maxReplicaCount triggers",
    scaleTargetRef=closed("name", apiVersion=TEXT, kind=TEXT, name=TEXT),
    minReplicaCount={"type": "integer", "minimum": 1},
    maxReplicaCount={"type": "integer", "minimum": 1},
    pollingInterval=COUNT,
    cooldownPeriod=COUNT,
    fallback=closed("failureThreshold replicas", failureThreshold=COUNT, replicas=COUNT),
    triggers=some(
        closed(
            "type metadata",
            type={"const": "prometheus"},
            metadata=closed("serverAddress query threshold", serverAddress=TEXT, query=TEXT, threshold=TEXT),
        )
    ),
)

EXTERNAL_SECRET = closed(
    "secretStoreRef target data",
    refreshInterval=TEXT,
    secretStoreRef=closed("kind name", kind={"enum": ["SecretStore", "ClusterSecretStore"]}, name=TEXT),
    target=closed("name creationPolicy", name=TEXT, creationPolicy={"const": "Owner"}),
    data=some(
        closed("secretKey remoteRef", secretKey=TEXT, remoteRef=closed("key", key=TEXT, property=TEXT)),
    ),
)

OURS_BY_OPERATORS: dict[str, tuple[str, Schema]] = {
    "Cluster": ("postgresql.cnpg.io/v1", POSTGRES_CLUSTER),
    "Database": ("postgresql.cnpg.io/v1", DATABASE),
    "RabbitmqCluster": ("rabbitmq.com/v1beta1", RABBITMQ_CLUSTER),
    "ScaledObject": ("keda.sh/v1alpha1", SCALED_OBJECT),
    "ExternalSecret": ("external-secrets.io/v1", EXTERNAL_SECRET),
}


def wrong_in(one: dict[str, Any]) -> list[str]:
    """What is wrong in an operator's object."""
    version, schema = OURS_BY_OPERATORS[one["kind"]]
    whole = closed(
        "apiVersion kind metadata spec", apiVersion={"const": version}, kind=TEXT, metadata=ANY_MAP, spec=schema
    )
    return [f"{error.json_path}: {error.message}" for error in Draft202012Validator(whole).iter_errors(one)]
