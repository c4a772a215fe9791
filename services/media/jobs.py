"""Schedule -> use case."""

from typing import Final

from services.media.storage.sealed import SEALED
from services.media.usecases.collect_orphans import ORPHANS
from services.media.usecases.destroy_backups import destroy_backups, next_backup_due
from shared.hosting import Job
from shared.hosting.resealing import Resealing

JOBS: Final = (
    Job(
        name="media-backups",
        title_ja="回答バックアップの削除",
        title_en="Destroy reply backups whose months are over",
        next_due=next_backup_due,
        run=destroy_backups,
    ),
    ORPHANS.job("media"),
    Resealing(SEALED).job("media"),
)
