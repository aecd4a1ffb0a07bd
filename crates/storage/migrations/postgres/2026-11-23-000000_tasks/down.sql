DROP TABLE artifact;
DROP TABLE task_log;
DROP TABLE step;
DROP TABLE attempt;
DROP TABLE task;
DROP TABLE account;
