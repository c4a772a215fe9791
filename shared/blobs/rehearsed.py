"""A blob store on which everything can be tried: what was made is destroyed at the end, what was there stays."""

from threading import Lock

from shared.blobs.errors import BlobGone
from shared.blobs.reader import BlobReader
from shared.blobs.ref import BlobRef
from shared.blobs.store import BlobStore, Destroyed
from shared.blobs.writer import BlobWriter


class RehearsedBlobs:
    """Offers what handlers ask of a BlobStore, and nothing else."""

    def __init__(self, blobs: BlobStore) -> None:
        self._blobs = blobs
        self._lock = Lock()
        self._made: set[str] = set()
        self._unfinished: list[BlobWriter] = []
        self._gone: set[str] = set()
        self._over = False

    def create(self, *, purpose: str, key: str) -> BlobWriter:
        """A new blob, for as long as it is tried. BlobGone once that is over."""
        with self._lock:
            if self._over:
                raise BlobGone("the rehearsal is over")
            self._note_finished()
            writer = self._blobs.create(purpose=purpose, key=key)
            self._unfinished.append(writer)
            return writer

    def put(self, data: bytes, *, purpose: str, key: str, records: int = 0) -> BlobRef:
        """A blob in one call."""
        with self.create(purpose=purpose, key=key) as writer:
            writer.write(data)
            writer.records = records
        return writer.ref

    def open(self, ref: BlobRef) -> BlobReader:
        """Any owner's blob. BlobGone also for what would be destroyed by now."""
        if ref.id in self._gone:
            raise BlobGone("the blob would be destroyed by now")
        return self._blobs.open(ref)

    def get(self, ref: BlobRef) -> bytes:
        """All of a blob that fits in memory."""
        with self.open(ref) as reader:
            return reader.readall()

    def destroy(self, ref_or_id: BlobRef | str) -> Destroyed:
        """As if it were destroyed; what was there stays, and its digest is not told."""
        blob_id = ref_or_id if isinstance(ref_or_id, str) else ref_or_id.id
        self._gone.add(blob_id)
        return Destroyed(blob_id, 0, "")

    def end(self) -> int:
        """Destroy what was made; how many. What is being written right now becomes an orphan."""
        with self._lock:
            self._over = True
            self._note_finished()
            made, self._made = self._made, set()
        for blob_id in made:
            self._blobs.destroy(blob_id)
        return len(made)

    def _note_finished(self) -> None:
        """A writer that never finished has left nothing."""
        unfinished = []
        for writer in self._unfinished:
            try:
                self._made.add(writer.ref.id)
            except RuntimeError:
                unfinished.append(writer)
        self._unfinished = unfinished
