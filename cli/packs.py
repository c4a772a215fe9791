"""`shokai audit pack` and `check-pack`: the sealed auditor pack, fetched and verified."""

from pathlib import Path
from typing import Annotated

import httpx
import typer

from cli.output import Output
from services.audit.documents.packs.verify_pack import Wrong, verify
from shared.refusals import Refusal

WAIT_SECONDS = 600


def pack(
    url: Annotated[str, typer.Option(help="サーバの URL / the server's URL")],
    token_file: Annotated[Path, typer.Option(exists=True, dir_okay=False, help="アクセストークン / access token")],
    out: Annotated[Path, typer.Option(help="書き出し先 / where to write it")],
    asked: Annotated[
        list[str] | None,
        typer.Option("--where", help="条件 / actor=, action=, object=, case=, from=, to="),
    ] = None,
) -> None:
    """封印した監査パックを作る / make a sealed auditor pack."""
    where = dict(condition.split("=", 1) for condition in asked or () if "=" in condition)
    headers = {"Authorization": f"Bearer {token_file.read_text('utf-8').strip()}"}
    try:
        answer = httpx.get(f"{url.rstrip('/')}/audit/v1/pack", params=where, headers=headers, timeout=WAIT_SECONDS)
    except httpx.HTTPError:
        raise Refusal("service-away", service="audit") from None
    if answer.is_error:
        raise Refusal("control-refused", service="audit", status=answer.status_code)
    out.write_bytes(answer.content)
    Output().result({"file": str(out), "bytes": len(answer.content)})


def check_pack(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False)],
    key: Annotated[
        list[Path] | None, typer.Option(exists=True, dir_okay=False, help="別途入手した鍵 / key obtained another way")
    ] = None,
) -> None:
    """監査パックを検証する / verify an auditor pack; exit code 1 when anything is wrong."""
    try:
        print(verify(file.read_bytes(), [one.read_text("utf-8").strip() for one in key or ()]))
    except (Wrong, ValueError, KeyError, IndexError) as wrong:
        print(f"NOT VERIFIED: {wrong}")
        raise typer.Exit(1) from None
