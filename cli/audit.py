"""`shokai audit verify`: the log checked offline, with a key and nothing else."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from cli.output import Json, Output
from cli.packs import check_pack, pack
from cli.rooms import app as rooms_app
from cli.verify import Verdict, verify_log
from cli.witness.command import app as witness_app
from cli.witnessed import Relied
from shared.refusals import Refusal

app = typer.Typer(no_args_is_help=True, help="監査記録 / the access log")

app.add_typer(witness_app, name="witness")
app.command(name="pack")(pack)
app.command(name="check-pack")(check_pack)
app.add_typer(rooms_app, name="rooms")

WRONG_USE = 2


@app.callback()
def audit() -> None:
    """監査記録 / the access log."""


@app.command()
def verify(
    log: Annotated[str, typer.Option(help="記録の場所(ディレクトリか URL) / the log's directory or URL")] = "",
    data_dir: Annotated[Path | None, typer.Option(help="データディレクトリ / data directory, instead of --log")] = None,
    public_key: Annotated[
        Path | None, typer.Option(exists=True, dir_okay=False, help="検証鍵のファイル / file with the verifier key")
    ] = None,
    earlier: Annotated[
        list[Path] | None,
        typer.Option(exists=True, dir_okay=False, help="保管していたチェックポイント / checkpoint kept earlier"),
    ] = None,
    witness_key: Annotated[
        list[Path] | None,
        typer.Option(exists=True, dir_okay=False, help="立会人の検証鍵 / verifier key of a witness"),
    ] = None,
    witness_log: Annotated[
        list[str] | None, typer.Option(help="立会人のフォルダか URL / a witness's directory or URL, asked directly")
    ] = None,
    as_json: Json = False,
) -> None:
    """記録を検証する / verify the log; exit code 1 when anything is wrong."""
    if bool(log) == (data_dir is not None):
        raise typer.BadParameter("--log か --data-dir のどちらか / one of --log and --data-dir")
    output = Output(as_json)
    source = log if log else str(data_dir)
    key = public_key.read_text("utf-8") if public_key is not None else None
    kept, witness_keys = _texts(earlier), _texts(witness_key)
    try:
        with output.progress("検証 / verifying", 0) as note:
            verdict = verify_log(
                source,
                key,
                earlier=kept,
                witness_keys=witness_keys,
                witness_logs=witness_log or (),
                progress=lambda done, total: note(done),
            )
    except Refusal as refusal:
        output.step(f"検証できません / cannot verify: {refusal.code}")
        raise typer.Exit(WRONG_USE) from None
    output.result(verdict.as_dict(), lambda: _told(verdict))
    raise typer.Exit(verdict.exit_code)


def _texts(files: list[Path] | None) -> list[str]:
    return [file.read_text("utf-8") for file in files or ()]


def _told(verdict: Verdict) -> str:
    lines = [
        f"記録 / log: {verdict.origin}, {verdict.size:,} 件 / records, root {verdict.root}",
        *(f"  {one.source}: {one.first}-{one.last} ({one.records:,})" for one in verdict.sources),
        *(f"立会人 / witness: {_relied(one)}" for one in verdict.witnesses),
        *(f"不正 / wrong: {found.ja} / {found.en}" for found in verdict.findings),
        *(f"限界 / limit: {limit}" for limit in verdict.limits),
        "検証: 異常なし / verified" if verdict.ok else "検証: 異常あり / NOT verified",
    ]
    return "\n".join(lines)


def _relied(one: Relied) -> str:
    at = datetime.fromtimestamp(one.at, UTC).isoformat().replace("+00:00", "Z")
    hand = "本人に照会 / asked itself" if one.first_hand else "記録から / as the log shows it"
    return f"{one.witness}, {one.size:,} 件まで / up to {one.size:,} records, {at} ({hand})"
