"""`shokai plan|staff|equipment|client|keys`: the registers of a data directory."""

import os
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from cli import register_work as registers
from cli.data_dir import DataDir
from cli.output import Json, Output, table
from services.authority.usecases.change_keys import keys_view
from services.authority.usecases.client_register import add_client, end_client
from services.authority.usecases.entries import ClientEntry, EquipmentEntry, StaffEntry
from services.authority.usecases.equipment_register import add_equipment, end_equipment
from services.authority.usecases.staff_register import add_staff, end_staff
from shared.calendar.clock import JST

plan_app = typer.Typer(no_args_is_help=True, help="企業年金の登録 / plans")
staff_app = typer.Typer(no_args_is_help=True, help="職員(業務体制図)の登録 / staff on the duty roster")
equipment_app = typer.Typer(no_args_is_help=True, help="機器の登録 / equipment")
client_app = typer.Typer(no_args_is_help=True, help="APIクライアントの登録 / API clients")
keys_app = typer.Typer(no_args_is_help=True, help="暗号鍵 / keys")

DataDirOption = Annotated[Path, typer.Option("--data-dir", file_okay=False, help="データディレクトリ / data directory")]
Id = Annotated[str, typer.Argument(help="番号 / id")]
Day = Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="日付 / day")]
# Never an argument: those are seen by everyone on the host and stay in the shell's history.
Hidden = Annotated[
    str, typer.Option(prompt=True, hide_input=True, envvar="SHOKAI_SECRET", help="入力は表示しない / asked for")
]
By = Annotated[str, typer.Option(help="申請した職員 / who asked for the approval")]
Approval = Annotated[str, typer.Option(help="二人目の承認の番号 / the second person's approval")]


@staff_app.command("list")
def staff_list(data_dir: DataDirOption, as_json: Json = False) -> None:
    """業務体制図の一覧 / who is on the duty roster."""
    _show("staff", registers.list_staff(data_dir), as_json)


@staff_app.command("add")
def staff_add(
    staff_id: Id,
    data_dir: DataDirOption,
    name: Annotated[str, typer.Option(help="氏名 / name")],
    team: Annotated[str, typer.Option(help="clerk | operator | supervisor | auditor | ops | admin")],
    password: Hidden,
    roster_from: Day = None,
    roster_to: Day = None,
    pledged_on: Day = None,
    trained_on: Day = None,
    door_user: Annotated[str, typer.Option(help="入退室管理の番号 / number in the door system")] = "",
    as_json: Json = False,
) -> None:
    """職員を登録する / enter a person; on the roster from today unless told otherwise."""
    days = {"roster_to": _day(roster_to), "pledged_on": _day(pledged_on), "trained_on": _day(trained_on)}
    begin = _day(roster_from) or _today(data_dir)
    values = {"id": staff_id, "name": name, "team": team, "password": password, "roster_from": begin, **days}
    values["door_user"] = door_user
    entry = registers.entry_of(StaffEntry, values)
    record = registers.access("authority.staff.add", "staff", staff_id)
    Output(as_json).result(registers.change(data_dir, lambda parts: add_staff(parts, entry, record)))


@staff_app.command("end")
def staff_end(staff_id: Id, data_dir: DataDirOption, on: Day = None, as_json: Json = False) -> None:
    """職員の登録を終える / a person's last day; signed out at once."""
    last = _day(on) or _today(data_dir)
    record = registers.access("authority.staff.end", "staff", staff_id)
    Output(as_json).result(registers.change(data_dir, lambda parts: end_staff(parts, staff_id, last, record)))


@equipment_app.command("list")
def equipment_list(data_dir: DataDirOption, as_json: Json = False) -> None:
    """登録機器の一覧 / registered equipment."""
    _show("equipment", registers.list_equipment(data_dir), as_json)


@equipment_app.command("add")
def equipment_add(
    equipment_id: Id,
    data_dir: DataDirOption,
    equipment_class: Annotated[
        str, typer.Option("--class", help="office_pc | media_station | transfer_terminal | ...")
    ],
    place: Annotated[str, typer.Option(help="office | security_room")],
    secret: Hidden,
    as_json: Json = False,
) -> None:
    """機器を登録する / enter a piece of equipment."""
    values = {"id": equipment_id, "class": equipment_class, "place": place, "secret": secret}
    entry = registers.entry_of(EquipmentEntry, values)
    record = registers.access("authority.equipment.add", "equipment", equipment_id)
    Output(as_json).result(registers.change(data_dir, lambda parts: add_equipment(parts, entry, record)))


@equipment_app.command("end")
def equipment_end(equipment_id: Id, data_dir: DataDirOption, as_json: Json = False) -> None:
    """機器の登録を終える / take a piece of equipment out of use."""
    record = registers.access("authority.equipment.end", "equipment", equipment_id)
    Output(as_json).result(registers.change(data_dir, lambda parts: end_equipment(parts, equipment_id, record)))


@client_app.command("list")
def client_list(data_dir: DataDirOption, as_json: Json = False) -> None:
    """APIクライアントの一覧 / API clients and their plans."""
    _show("clients", registers.list_clients(data_dir), as_json)


@client_app.command("add")
def client_add(
    client_id: Id,
    data_dir: DataDirOption,
    plan: Annotated[list[str], typer.Option(help="企業年金番号、全ては * / plan number, * for all")],
    public_key: Annotated[Path | None, typer.Option(exists=True, dir_okay=False, help="公開鍵 / PEM file")] = None,
    certificate: Annotated[
        Path | None, typer.Option(exists=True, dir_okay=False, help="相互TLSの証明書 / PEM file, for mutual TLS")
    ] = None,
    as_json: Json = False,
) -> None:
    """APIクライアントを登録する / enter a client; without key or certificate a secret is asked for (demo mode only)."""
    pem = {name: _text(file) for name, file in (("public_key", public_key), ("certificate", certificate))}
    secret = None
    if not any(pem.values()):
        secret = os.environ.get("SHOKAI_SECRET") or typer.prompt("secret", hide_input=True)
    entry = registers.entry_of(ClientEntry, {"id": client_id, "plans": plan, "secret": secret, **pem})
    record = registers.access("authority.client.add", "client", client_id)
    Output(as_json).result(registers.change(data_dir, lambda parts: add_client(parts, entry, record)))


@client_app.command("end")
def client_end(client_id: Id, data_dir: DataDirOption, as_json: Json = False) -> None:
    """APIクライアントの登録を終える / end a client and its tokens."""
    record = registers.access("authority.client.end", "client", client_id)
    Output(as_json).result(registers.change(data_dir, lambda parts: end_client(parts, client_id, record)))


@plan_app.command("list")
def plan_list(data_dir: DataDirOption, as_json: Json = False) -> None:
    """企業年金の一覧 / plans and their contracts."""
    _show("plans", registers.list_plans(data_dir), as_json)


@plan_app.command("add")
def plan_add(
    number: Annotated[str, typer.Argument(help="企業年金番号 / plan number, eight digits")],
    data_dir: DataDirOption,
    name: Annotated[str, typer.Option(help="名称 / name")],
    kind: Annotated[str, typer.Option(help="EPF | DB | DC")],
    channel: Annotated[str, typer.Option(help="network | disc")],
    contract_from: Day = None,
    contract_to: Day = None,
    address: Annotated[str, typer.Option(help="送付先 / where discs are sent")] = "",
    as_json: Json = False,
) -> None:
    """企業年金を登録する / enter a plan; under contract from today unless told otherwise."""
    begin = _day(contract_from) or _today(data_dir)
    row = {"number": number, "name": name, "kind": kind, "channel": channel, "address": address}
    dated = {"contract_from": begin, "contract_to": _day(contract_to)}
    Output(as_json).result(registers.add_plan(data_dir, row | dated))


@plan_app.command("end")
def plan_end(number: Id, data_dir: DataDirOption, on: Day = None, as_json: Json = False) -> None:
    """契約を終える / end a plan's contract: its inquiry numbers are destroyed from then on."""
    Output(as_json).result(registers.end_plan(data_dir, number, _day(on) or _today(data_dir)))


@keys_app.command("list")
def keys_list(data_dir: DataDirOption, as_json: Json = False) -> None:
    """暗号鍵の一覧 / keys with versions and days, never a key."""
    with registers.authority_on(data_dir) as parts:
        parts.db.write_now(lambda work: work.record(registers.access("authority.key.list", "key", "")))
        _show("keys", keys_view(parts.keyring), as_json)


@keys_app.command("rotate")
def keys_rotate(name: Id, data_dir: DataDirOption, by: By = "", approval: Approval = "", as_json: Json = False) -> None:
    """鍵を更新する / rotate a key and wrap data keys anew; needs a second person's approval."""
    Output(as_json).result(registers.rotate(data_dir, name, by, approval))


@keys_app.command("destroy")
def keys_destroy(
    name: Id, data_dir: DataDirOption, by: By = "", approval: Approval = "", as_json: Json = False
) -> None:
    """鍵を廃棄する / destroy a key and all that it protects; needs a second person's approval."""
    Output(as_json).result(registers.destroy(data_dir, name, by, approval))


def _show(title: str, items: Sequence[dict[str, Any]], as_json: bool) -> None:
    columns = [name for name in items[0] if name != "public_key"] if items else ["id"]
    rows = [tuple("" if item[name] is None else item[name] for name in columns) for item in items]
    Output(as_json).result(
        {"items": list(items)}, lambda: table(title, columns, [tuple(map(str, row)) for row in rows])
    )


def _text(file: Path | None) -> str | None:
    return None if file is None else file.read_text("utf-8")


def _day(at: datetime | None) -> Any:
    return None if at is None else at.date()


def _today(data_dir: Path) -> Any:
    return DataDir(data_dir).clock().now().astimezone(JST).date()
