"""Schedule -> use case."""

from typing import Final

from services.media.usecases.collect_orphans import collect_orphans, next_orphans_due
from services.media.usecases.destroy_backups import destroy_backups, next_backup_due
from shared.hosting import Job

JOBS: Final = (
    Job(
        name="media-backups",
        title_ja="回答バックアップの削除",
        title_en="Destroy reply backups whose months are over",
        next_due=next_backup_due,
        run=destroy_backups,
    ),
    Job(
        name="media-orphans",
        title_ja="参照されない暗号化ファイルの削除",
        title_en="Destroy blobs that nothing names",
        next_due=next_orphans_due,
        run=collect_orphans,
    ),
)
