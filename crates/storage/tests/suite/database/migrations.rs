//! Migrations: each can be undone and done again, and both engines have the same ones.

use std::path::{Path, PathBuf};

use diesel::prelude::*;
use diesel::sql_types::Text;
use diesel_migrations::{FileBasedMigrations, MigrationHarness};

use crate::database::test_database::{TestDatabase, is_postgres};

/// Every table, column, index, constraint, function and trigger, without the notes that migrations keep on themselves.
const POSTGRES_SHAPE: &str = "
    SELECT concat_ws(' ', table_name, column_name, data_type, is_nullable, column_default) AS line
        FROM information_schema.columns WHERE table_schema = 'public' AND table_name NOT LIKE '\\_\\_diesel%'
    UNION ALL SELECT indexdef FROM pg_indexes WHERE schemaname = 'public' AND tablename NOT LIKE '\\_\\_diesel%'
    UNION ALL SELECT concat_ws(' ', conrelid::regclass, conname, pg_get_constraintdef(oid)) FROM pg_constraint
        WHERE connamespace = 'public'::regnamespace AND conrelid::regclass::text NOT LIKE '\\_\\_diesel%'
    UNION ALL SELECT pg_get_functiondef(oid) FROM pg_proc
        WHERE pronamespace = 'public'::regnamespace
    UNION ALL SELECT pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal
    ORDER BY 1";

const SQLITE_SHAPE: &str = "SELECT sql AS line FROM sqlite_master WHERE sql IS NOT NULL
    AND name NOT LIKE '__diesel%' AND name NOT LIKE 'sqlite_%' ORDER BY name";

#[derive(QueryableByName)]
struct Line {
    #[diesel(sql_type = Text)]
    line: String,
}

fn folder(engine: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations").join(engine)
}

macro_rules! up_down_up {
    ($connection:expr, $engine:literal, $shape:expr) => {{
        let migrations = FileBasedMigrations::from_path(folder($engine)).unwrap();
        let mut connection = $connection;
        let shape = |connection: &mut _| -> Vec<String> {
            let lines: Vec<Line> = diesel::sql_query($shape).load(connection).unwrap();
            lines.into_iter().map(|line| line.line).collect()
        };
        // From nothing, one by one, so that each is undone alone.
        connection.revert_all_migrations(migrations.clone()).unwrap();
        let nothing: Vec<String> = shape(&mut connection);
        assert_eq!(nothing, Vec::<String>::new());
        let mut before = nothing;
        while connection.has_pending_migration(migrations.clone()).unwrap() {
            connection.run_next_migration(migrations.clone()).unwrap();
            let up = shape(&mut connection);
            assert_ne!(up, before);
            connection.revert_last_migration(migrations.clone()).unwrap();
            assert_eq!(shape(&mut connection), before);
            connection.run_next_migration(migrations.clone()).unwrap();
            assert_eq!(shape(&mut connection), up);
            before = up;
        }
        assert!(before.iter().any(|line| line.contains("task_claim")));
    }};
}

#[test]
fn every_migration_can_be_undone_and_done_again() {
    let database = TestDatabase::new();
    if is_postgres() {
        up_down_up!(PgConnection::establish(&database.url()).unwrap(), "postgres", POSTGRES_SHAPE);
    } else {
        up_down_up!(SqliteConnection::establish(":memory:").unwrap(), "sqlite", SQLITE_SHAPE);
    }
}

#[test]
fn both_engines_have_the_same_migrations() {
    let names = |engine| {
        let entries = std::fs::read_dir(folder(engine)).unwrap();
        let mut names: Vec<_> = entries.map(|entry| entry.unwrap().file_name()).collect();
        names.sort();
        names
    };
    assert_eq!(names("sqlite"), names("postgres"));
}
