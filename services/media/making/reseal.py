"""Makes a disc anew from the backup of an older one: the same content under another password, still only a stream."""

import json
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime

from services.media.making.disc_image import README, OpenImage, SealedFile
from services.media.making.sealed_reply import MANIFEST
from services.media.parts import BACKUP_KEY
from shared.blobs.ref import BlobRef
from shared.blobs.store import BlobStore
from shared.discs.sealed_zip import Member, member_names, seal, unseal


def resealed(blobs: BlobStore, image: BlobRef, *, password: str, new_password: str, at: datetime) -> list[SealedFile]:
    """Every sealed reply of an image, encrypted anew; the caller destroys the blobs when they are in the new image."""
    made: list[SealedFile] = []
    try:
        with OpenImage(blobs, image) as opened:
            for name in sorted(set(opened.names()) - {README}):
                made.append(_resealed(blobs, opened, name, password, new_password, at))  # noqa: PERF401  # kept on failure
    except BaseException:
        for each in made:
            blobs.destroy(each.ref)
        raise
    return made


def _resealed(
    blobs: BlobStore, image: OpenImage, name: str, password: str, new_password: str, at: datetime
) -> SealedFile:
    with closing(image.file(name)) as file:

        def members() -> Iterator[Member]:
            for member in member_names(file):
                yield Member(member, unseal(file, member, password=password))

        manifest = json.loads(b"".join(unseal(file, MANIFEST, password=password)))
        with blobs.create(purpose="disc-file", key=BACKUP_KEY) as writer:
            for block in seal(members(), password=new_password, at=at):
                writer.write(block)
        return SealedFile(name, writer.ref, manifest)
