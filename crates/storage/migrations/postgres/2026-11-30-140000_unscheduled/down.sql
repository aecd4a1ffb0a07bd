DROP INDEX task_unscheduled;
