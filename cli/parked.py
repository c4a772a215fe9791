"""`shokai events`: the parked events of a data directory, worked on without a server or beside one that runs."""

import asyncio
import json
from collections.abc import Callable, Coroutine, Iterator, Sequence
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import Annotated, Any, Final, Literal, TypeVar, get_args

import typer
from rich.table import Table

from cli.output import Json, Output, table
from cli.register_work import kit_of
from shared.auth.caller import Caller
from shared.auth.principals import Principal
from shared.hosting import Service
from shared.hosting.parked_events import ParkedDesk
from shared.hosting.parked_routes import Reason
from shared.refusals import Refusal

T = TypeVar("T")
Name = Literal["authority", "intake", "matcher", "media", "audit"]
AT_MOST: Final = 1000

app = typer.Typer(no_args_is_help=True, help="保留されたイベント / parked events")

DataDirOption = Annotated[Path, typer.Option("--data-dir", file_okay=False, help="データディレクトリ / data directory")]
ServiceOption = Annotated[
    Name | None, typer.Option("--service", help="サービス(省略時は全て) / which service (default: all)")
]
EventId = Annotated[str, typer.Argument(help="イベントの番号 / the event's id")]
DataFile = Annotated[
    Path, typer.Option("--data", exists=True, dir_okay=False, help="訂正後の data (JSON) / the corrected data")
]
TriedFile = Annotated[
    Path | None, typer.Option("--data", exists=True, dir_okay=False, help="試す data (JSON) / data to try")
]
By = Annotated[str, typer.Option(help="操作する職員 / who does it, or asked for the approval")]
Approval = Annotated[str, typer.Option(help="二人目の承認の番号 / the second person's approval")]


@app.command()
def parked(
    data_dir: DataDirOption,
    service: ServiceOption = None,
    group: Annotated[str, typer.Option(help="このまとまりのイベントを示す / show the events of this group")] = "",
    by: By = "",
    as_json: Json = False,
) -> None:
    """原因ごとの一覧 / what is parked, by cause; with --group its events."""
    caller = caller_of(by)
    with services_on(data_dir, service) as services:
        if group:
            found = [(one.name, row) for one in services for row in _members(one, caller, group)]
        else:
            found = [(one.name, row) for one in services for row in run(desk_of(one).groups(caller))]
    items = [{"service": name, **row} for name, row in found]
    columns = ("service", "id", "subject", "cause", "received_at") if group else GROUP_COLUMNS
    Output(as_json).result({"items": items}, lambda: _table(columns, items))


@app.command()
def show(
    event_id: EventId, data_dir: DataDirOption, service: ServiceOption = None, by: By = "", as_json: Json = False
) -> None:
    """一つのイベント / one event: state, cause, its fields' names; never anybody's data."""
    caller = caller_of(by)
    with services_on(data_dir, service) as services:
        held = [{"service": one.name, **row} for one, row in _holders(services, caller, event_id)]
    Output(as_json).result({"items": held}, lambda: "\n\n".join(map(_shown, held)))


@app.command("dry-run")
def dry_run(
    event_id: EventId,
    data_dir: DataDirOption,
    data: TriedFile = None,
    service: ServiceOption = None,
    by: By = "",
    as_json: Json = False,
) -> None:
    """試行する / run its handler and undo it; with --data as if it had been corrected."""
    given = None if data is None else _data(data)
    found = _change(data_dir, service, event_id, by, "", lambda desk, caller: desk.dry_run(caller, event_id, given))
    Output(as_json).result(found)
    if found["outcome"] != "would-succeed":
        raise typer.Exit(1)


@app.command()
def replay(
    data_dir: DataDirOption,
    event_id: Annotated[str, typer.Argument(help="イベントの番号 / the event's id")] = "",
    group: Annotated[str, typer.Option(help="このまとまりの全て / all events of this group")] = "",
    service: ServiceOption = None,
    by: By = "",
    as_json: Json = False,
) -> None:
    """再処理する / let an event, or a group, be handled again: at once where a server runs, else at its start."""
    if bool(event_id) == bool(group):
        raise typer.BadParameter("an event or a group")
    if event_id:
        done = _change(data_dir, service, event_id, by, "", lambda desk, caller: desk.replay(caller, event_id))
        Output(as_json).result(done)
        return
    with services_on(data_dir, service) as services:
        Output(as_json).result(_replay_group(services, caller_of(by), group))


@app.command()
def discard(
    event_id: EventId,
    data_dir: DataDirOption,
    reason: Annotated[Reason, typer.Option(help="理由 / why")],
    service: ServiceOption = None,
    by: By = "",
    approval: Approval = "",
    as_json: Json = False,
) -> None:
    """処理せずに終える / never handle it; needs a second person's approval of SERVICE/ID."""
    _need(by, approval)
    done = _change(data_dir, service, event_id, by, approval, lambda desk, who: desk.discard(who, event_id, reason))
    Output(as_json).result(done)


@app.command()
def fix(
    event_id: EventId,
    data_dir: DataDirOption,
    data: DataFile,
    service: ServiceOption = None,
    by: By = "",
    approval: Approval = "",
    as_json: Json = False,
) -> None:
    """訂正する / put other data into it; needs a second person's approval of what a dry run with them names."""
    _need(by, approval)
    given = _data(data)
    done = _change(data_dir, service, event_id, by, approval, lambda desk, who: desk.fix(who, event_id, given))
    Output(as_json).result(done)


@contextmanager
def services_on(data_dir: Path, name: str | None) -> Iterator[Sequence[Service]]:
    """The services of a directory, or one of them; a server that runs on it sees what is written here at once."""
    kit = kit_of(data_dir)
    opened: list[Service] = []
    try:
        for one in [name] if name else get_args(Name):
            program = import_module(f"services.{one}.__main__").PROGRAM
            opened.append(program.create(program.settings(), kit))
        yield opened
    finally:
        for service in opened:
            service.parts.db.close()


def desk_of(service: Service) -> ParkedDesk:
    """Where a service's parked events are worked on."""
    return ParkedDesk(service.parts, service.consumers)


def caller_of(by: str, approval: str = "") -> Caller:
    """Who acts: the person named, or the command line itself."""
    who = Principal(kind="staff", id=by) if by else Principal(kind="service", id="command-line")
    return Caller(who, approval=approval, channel="command-line")


def run(step: Coroutine[Any, Any, T]) -> T:
    """One step on a loop of its own."""
    return asyncio.run(step)


def _change(
    data_dir: Path,
    name: str | None,
    event_id: str,
    by: str,
    approval: str,
    step: Callable[[ParkedDesk, Caller], Coroutine[Any, Any, dict[str, Any]]],
) -> dict[str, Any]:
    with services_on(data_dir, name) as services:
        service = _holder(services, caller_of(by), event_id)
        return {"service": service.name, **run(step(desk_of(service), caller_of(by, approval)))}


def _holder(services: Sequence[Service], caller: Caller, event_id: str) -> Service:
    """The one service in which the event is parked; several may hold it. Refusal `service-needed`."""
    held = _holders(services, caller, event_id)
    parked_in = [service for service, row in held if row["status"] == "parked"] or [service for service, _ in held]
    if len(parked_in) > 1:
        raise Refusal("service-needed", services=[service.name for service in parked_in])
    return parked_in[0]


def _holders(services: Sequence[Service], caller: Caller, event_id: str) -> list[tuple[Service, dict[str, Any]]]:
    """Each service that has received the event, and what may be shown of it there. Refusal `not-found`."""
    found = []
    for service in services:
        try:
            found.append((service, run(desk_of(service).show(caller, event_id))))
        except Refusal as refusal:
            if refusal.code != "not-found":
                raise
    if not found:
        raise Refusal("not-found", event_id=event_id)
    return found


def _members(service: Service, caller: Caller, group: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    desk = desk_of(service)
    try:
        while some := run(desk.members(caller, group, after=found[-1]["position"] if found else 0, limit=AT_MOST)):
            found.extend(some)
    except Refusal as refusal:
        if refusal.code != "not-found":
            raise
    return found


def _replay_group(services: Sequence[Service], caller: Caller, group: str) -> dict[str, Any]:
    """All of the group, in each service that has it. Refusal `not-found`."""
    replayed, held_back = 0, 0
    found = False
    for service in services:
        remaining = 1
        while remaining:
            try:
                done = run(desk_of(service).replay_group(caller, group))
            except Refusal as refusal:
                if refusal.code != "not-found":
                    raise
                break
            found = True
            replayed, remaining = replayed + len(done["event_ids"]), done["remaining"]
            held_back += 0 if remaining else done["held_back"]
    if not found:
        raise Refusal("not-found", group=group)
    return {"group": group, "replayed": replayed, "held_back": held_back}


def _need(by: str, approval: str) -> None:
    if not (by and approval):
        raise Refusal("approval-required")


def _data(file: Path) -> dict[str, Any]:
    try:
        data = json.loads(file.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, ValueError) as wrong:
        raise typer.BadParameter("no JSON") from wrong
    if not isinstance(data, dict):
        raise typer.BadParameter("no JSON object")
    return data


GROUP_COLUMNS: Final = ("service", "type", "cause", "release", "count", "oldest", "newest", "group")


def _table(columns: Sequence[str], items: Sequence[dict[str, Any]]) -> Table:
    return table("parked", columns, [tuple(item[name] for name in columns) for item in items])


def _shown(event: dict[str, Any]) -> str:
    body = event["body"]
    lines = [f"{name}: {value}" for name, value in event.items() if name != "body" and value not in ("", None)]
    lines += [f"valid: {body['valid']}", *(f"  {error['pointer']}: {error['rule']}" for error in body["errors"])]
    for field in body.get("fields", ()):
        size = f" ({field['size']})" if "size" in field else ""
        value = f" = {field['value']}" if "value" in field else ""
        lines.append(f"  {field['name']}: {field['type']}{size}{value}")
    return "\n".join(lines)
