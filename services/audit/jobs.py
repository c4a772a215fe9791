"""What the audit service does by schedule."""

from typing import Final

from services.audit.usecases.notice_gaps import next_gap, notice_gaps
from services.audit.usecases.publish_checkpoint import checkpoint, next_checkpoint
from shared.hosting import Job

JOBS: Final = (
    Job("audit-checkpoint", "記録への署名(チェックポイント)", "sign a checkpoint", next_checkpoint, checkpoint),
    Job("audit-gaps", "記録の欠落の検知", "notice missing records", next_gap, notice_gaps),
)
