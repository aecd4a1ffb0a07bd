-- The pending tasks that wait for no start time: they are due whatever the clock shows, which may have been set back since
-- they were stored.
CREATE INDEX task_unscheduled ON task (serial, priority DESC, due_at, id)
WHERE status = 0 AND (retry_at IS NOT NULL OR start_time IS NULL OR start_time < due_at);
