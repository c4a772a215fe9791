"""What the audit service does by schedule."""

from typing import Final

from services.audit.usecases.checksheets.open_sheet import keep_sheets, next_sheets
from services.audit.usecases.detections.scan import next_scan, scan
from services.audit.usecases.detections.scan_room import next_room_day, scan_room
from services.audit.usecases.incidents.open_incident import next_alarm, open_for_alarms
from services.audit.usecases.notice_gaps import next_gap, notice_gaps
from services.audit.usecases.publish_checkpoint import checkpoint, next_checkpoint
from services.audit.usecases.reports.make_report import next_report, report_month
from services.audit.usecases.rooms.check_acts import check_day, next_day
from services.audit.usecases.sentinel.look import look, next_round
from services.audit.usecases.witnesses.ask import ask_witnesses, next_asking
from shared.hosting import Job

JOBS: Final = (
    Job("audit-checkpoint", "記録への署名(チェックポイント)", "sign a checkpoint", next_checkpoint, checkpoint),
    Job("audit-witness", "立会人への連署の依頼", "ask the witnesses to cosign", next_asking, ask_witnesses),
    Job("audit-checksheets", "チェックシートと証跡の用意", "keep checksheets and evidence", next_sheets, keep_sheets),
    Job(
        "audit-room-checks",
        "マイナンバー室での操作と入退室の照合",
        "hold acts against the room log",
        next_day,
        check_day,
        look_seconds=60.0,
    ),
    Job("audit-sentinel", "個人番号等の残存検査", "look for numbers in clear", next_round, look, look_seconds=60.0),
    Job("audit-reports", "月次のアクセス分析", "analyse the accesses of the month", next_report, report_month),
    Job("audit-gaps", "記録の欠落の検知", "notice missing records", next_gap, notice_gaps),
    Job("audit-detections", "不審なアクセスの検知", "look for odd accesses", next_scan, scan),
    Job("audit-room-days", "入退室管理表との突合", "compare the room log with the accesses", next_room_day, scan_room),
    Job("audit-incidents", "警報からの事案の登録", "open incidents for alarms", next_alarm, open_for_alarms),
)
