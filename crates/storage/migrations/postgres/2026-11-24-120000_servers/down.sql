DROP TABLE change_count;
DROP TABLE stop_request;
DROP TABLE bell;
DROP TABLE server;
