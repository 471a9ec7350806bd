DROP INDEX changes_kind ON changes;
