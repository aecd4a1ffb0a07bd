//! Tasks in number: phones, accounts, scripts and states in a fixed mixture, and one script that has 40 tasks only, all of
//! them among the oldest.

use diesel::connection::SimpleConnection;
use diesel::{Connection, PgConnection, SqliteConnection};

use crate::bench_database::{BenchDatabase, file};

pub(crate) const PHONES: u32 = 10;

/// Fills a database that has been opened before with `tasks` tasks.
pub(crate) fn fill(database: &BenchDatabase, tasks: u32) {
    let numbers = match database {
        BenchDatabase::Sqlite(_) => {
            format!(
                "(WITH RECURSIVE n(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < {tasks}) SELECT n FROM n)"
            )
        }
        BenchDatabase::Postgres(_) => format!("(SELECT n FROM generate_series(1, {tasks}) n)"),
    };
    // Remainders by different primes hardly depend on each other.
    let sql = format!(
        "INSERT INTO task (id, serial, username, app, script_name, script_config, source, status, outcome, remark,
            lease, start_time, due_at, started_at, finished_at, progress, step, attempt_count, created_at, updated_at)
        SELECT n, 'phone-' || (n % 1009 % {PHONES}),
            CASE WHEN n % 31 % 5 < 2 THEN NULL ELSE 'account_' || (n % 1009 % {PHONES}) || '_' || (n % 37 % 2) END,
            'tiktok',
            CASE WHEN n <= 40 THEN 'rare' WHEN n % 41 % 10 < 7 THEN 'post' ELSE 'follow' END,
            '{{\"content_type\":0,\"captions\":\"Check out my new video! #viral #fyp\",\"material_list\":[\"C:/Videos/video1.mp4\"]}}',
            CASE WHEN n % 43 % 10 < 8 THEN 'api' ELSE 'ui' END,
            s, CASE s WHEN 2 THEN 'succeeded' WHEN 3 THEN 'failed' END, CASE WHEN s > 1 THEN 'as it should' END,
            CASE WHEN s = 1 THEN 'lease-' || n END, NULL, 1780000000000 + n, CASE WHEN s > 0 THEN 1780000000000 + n END,
            CASE WHEN s > 1 THEN 1780000060000 + n END, 0, NULL, CASE WHEN s > 0 THEN 1 ELSE 0 END,
            1780000000000 + n, 1780000000000 + n
        FROM (SELECT n, CASE WHEN n % 100 = 0 THEN 1 WHEN n % 47 % 10 < 1 THEN 0 WHEN n % 47 % 10 < 8 THEN 2 ELSE 3 END AS s
            FROM {numbers} numbers) mixed;
        UPDATE task_number SET last = {tasks};
        ANALYZE;"
    );
    match database {
        BenchDatabase::Sqlite(folder) => {
            SqliteConnection::establish(&file(folder.path())).unwrap().batch_execute(&sql).unwrap();
        }
        BenchDatabase::Postgres(url) => PgConnection::establish(url).unwrap().batch_execute(&sql).unwrap(),
    }
}
