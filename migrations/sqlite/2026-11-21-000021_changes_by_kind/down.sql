DROP INDEX changes_kind;
