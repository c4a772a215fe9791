"""Reply media: packages, discs, labels, dispatch and tracking, reply backups."""
