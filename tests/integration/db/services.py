"""The schemas of the real services, by name."""

from typing import Final

from services.audit.app import SCHEMA as AUDIT
from services.authority.app import SCHEMA as AUTHORITY
from services.intake.app import SCHEMA as INTAKE
from services.matcher.app import SCHEMA as MATCHER
from services.media.app import SCHEMA as MEDIA

SCHEMAS: Final = {schema.service: schema for schema in (AUTHORITY, INTAKE, MATCHER, MEDIA, AUDIT)}
