"""Spreads the replies of one disc set over volumes while sealing them: each volume with its own password and image."""

from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from services.media.domain.numbers import file_stem
from services.media.domain.volumes import Run
from services.media.making.disc_image import SealedFile, size_with
from services.media.making.sealed_reply import Content, SealedReply, Unbalanced, Workshop
from services.media.parts import BACKUP_KEY
from shared.discs.passwords import new_password


@dataclass(frozen=True)
class Placed:
    """A run of a reply's records as it lies on a volume."""

    run: Run
    content: Content
    sealed: SealedFile


@dataclass
class Volume:
    """One disc to be: its password and what lies on it."""

    password: str = field(default_factory=new_password, repr=False)
    placed: list[Placed] = field(default_factory=list)

    @property
    def sealed(self) -> list[SealedFile]:
        return [each.sealed for each in self.placed]


class VolumeMaker:
    """Seals whole replies as long as they fit on the volume, splits those that do not fit on an empty one."""

    def __init__(self, workshop: Workshop, *, limit_bytes: int, at: datetime) -> None:
        self._workshop = workshop
        self._limit = limit_bytes
        self._at = at

    def volumes(self, contents: Sequence[Content]) -> list[Volume]:
        """All volumes of these replies. Refusal `volume-too-small`, and nothing left, where one chunk does not fit."""
        made: list[Volume] = [Volume()]
        waiting = deque((Run.whole(content.reply_id, self._heights(content)), content) for content in contents)
        try:
            while waiting:
                run, content = waiting.popleft()
                waiting.extendleft(self._place(made, run, content))
        except BaseException:
            self.forget(made)
            raise
        return made

    def forget(self, volumes: Sequence[Volume]) -> None:
        """Destroys the sealed files, once they are in an image or not needed any more."""
        for volume in volumes:
            for sealed in volume.sealed:
                self._workshop.blobs.destroy(sealed.ref)

    def _place(self, made: list[Volume], run: Run, whole: Content) -> Iterator[tuple[Run, Content]]:
        """Places a run on the last volume; what has to wait for another volume comes back, the last part first."""
        volume = made[-1]
        content = _content_of(run, whole, file_stem(len(volume.placed) + 1))
        sealed = self._seal(content, volume.password)
        if size_with(self._workshop.blobs, [*volume.sealed, sealed]) <= self._limit:
            volume.placed.append(Placed(run, content, sealed))
            return
        self._workshop.blobs.destroy(sealed.ref)
        if volume.placed:
            made.append(Volume())
            yield run, whole
        else:
            first, second = run.halves()
            yield second, whole
            yield first, whole

    def _seal(self, content: Content, password: str) -> SealedFile:
        making = SealedReply(self._workshop, content, password=password, at=self._at)
        with self._workshop.blobs.create(purpose="disc-file", key=BACKUP_KEY) as writer:
            for block in making:
                writer.write(block)
        return SealedFile(f"{content.stem}.zip", writer.ref, making.manifest)

    def _heights(self, content: Content) -> list[int]:
        heights = [chunk.records for chunk in content.chunks]
        if sum(heights) != content.records:
            raise Unbalanced(f"reply {content.reply_id}")
        return heights


def _content_of(run: Run, whole: Content, stem: str) -> Content:
    return replace(
        whole,
        stem=stem,
        chunks=whole.chunks[run.first_chunk : run.end_chunk],
        rejected_chunk=whole.rejected_chunk if run.is_last else None,
        rejected=whole.rejected if run.is_last else 0,
        first_record=run.first_record,
        records=run.last_record - run.first_record + 1,
    )
