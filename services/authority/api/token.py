"""Tokens for API clients (OAuth 2.0 client credentials), and the keys that prove every token."""

import base64
import binascii
from typing import Annotated, Any, Final
from urllib.parse import parse_qsl, unquote_plus

from fastapi import APIRouter, Depends, Header, Request, Response
from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError

from services.authority.parts import AuthorityParts
from services.authority.usecases.issue_client_token import ASSERTION_TYPE, Proof, issue_client_token
from services.authority.usecases.tokens import Issued
from shared.auth.allow import allow
from shared.auth.caller import Caller
from shared.auth.certificates import shown
from shared.crypto.published import TOKENS
from shared.http import parts_of
from shared.refusals import Refusal

router = APIRouter(prefix="/authority/v1", tags=["tokens"])
Parts = Annotated[AuthorityParts, Depends(parts_of)]
FORM: Final = "application/x-www-form-urlencoded"
LONGEST_FORM: Final = 16_384


class TokenForm(BaseModel):
    """What a client sends; words that we do not know are ignored, as RFC 6749 wants it."""

    model_config = ConfigDict(hide_input_in_errors=True)

    grant_type: str = Field(max_length=40)
    client_id: str = Field("", max_length=80)
    client_secret: SecretStr = Field(SecretStr(""), max_length=400)
    client_assertion_type: str = Field("", max_length=80)
    client_assertion: str = Field("", max_length=4000)


@router.post(
    "/token",
    summary="A token for an API client",
    openapi_extra={"requestBody": {"required": True, "content": {FORM: {"schema": TokenForm.model_json_schema()}}}},
)
async def token(
    request: Request, parts: Parts, authorization: Annotated[str, Header(include_in_schema=False)] = ""
) -> Issued:
    """Form-encoded. The client proves itself by a signed assertion (RFC 7523), or by the certificate of its TLS
    handshake, to which its tokens are bound (RFC 8705); in demo mode also by its secret.

    Machines of our own, such as the console, get theirs here too, by an assertion alone.
    """
    form = await _form(request)
    if form.grant_type != "client_credentials":
        raise Refusal("unsupported-grant-type")
    if form.client_assertion and form.client_assertion_type != ASSERTION_TYPE:
        raise Refusal("invalid-client")
    client_id, secret = form.client_id, form.client_secret.get_secret_value()
    if authorization and not client_id:
        client_id, secret = _basic(authorization)
    proof = Proof(
        client_id=client_id,
        secret=secret,
        assertion=form.client_assertion,
        urls=(str(request.url), *parts.settings.token_urls),
        certificate=shown(request.scope),
        request_id=request.state.request_id,
    )
    return await issue_client_token(parts, proof)


token.act = "authority.token.issue"  # type: ignore[attr-defined]  # open: the proof is in the body


@router.get("/jwks", summary="The public keys that tokens are checked with")
async def jwks(
    parts: Parts, response: Response, _: Annotated[Caller, allow("authority.jwks.read")]
) -> dict[str, list[dict[str, Any]]]:
    """JSON Web Key Set (RFC 7517, RFC 8037); keys come with a rotation and go one rotation later."""
    response.headers["Cache-Control"] = "public, max-age=60"
    return {
        "keys": [
            {"kty": "OKP", "crv": "Ed25519", "use": "sig", "alg": "EdDSA", "kid": kid, "x": _base64url(key)}
            for kid, key in parts.keyring.public_keys(TOKENS).items()
        ]
    }


async def _form(request: Request) -> TokenForm:
    """The form out of a body of bounded size, each word once."""
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != FORM:
        raise Refusal("bad-request")
    body = bytearray()
    async for piece in request.stream():
        body += piece
        if len(body) > LONGEST_FORM:
            raise Refusal("too-large", limit_bytes=LONGEST_FORM)
    try:
        pairs = parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=20)
        if len(dict(pairs)) != len(pairs):
            raise Refusal("bad-request")
        return TokenForm.model_validate(dict(pairs))
    except (ValidationError, ValueError) as wrong:
        raise Refusal("bad-request") from wrong


def _basic(authorization: str) -> tuple[str, str]:
    """Id and secret out of HTTP Basic, as RFC 6749 section 2.3.1 has clients send them."""
    scheme, _, text = authorization.partition(" ")
    try:
        name, found, secret = base64.b64decode(text, validate=True).decode().partition(":")
    except (binascii.Error, ValueError) as wrong:
        raise Refusal("invalid-client") from wrong
    if scheme.lower() != "basic" or not found:
        raise Refusal("invalid-client")
    return unquote_plus(name)[:80], unquote_plus(secret)


def _base64url(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")
