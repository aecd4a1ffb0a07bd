//! The tables as diesel sees them; the migrations are what made them.

diesel::table! {
    account (id) {
        id -> BigInt,
        username -> Text,
        app -> Text,
        serial -> Nullable<Text>,
        created_at -> BigInt,
    }
}

diesel::table! {
    task (id) {
        id -> BigInt,
        serial -> Nullable<Text>,
        username -> Nullable<Text>,
        app -> Text,
        script_name -> Text,
        script_config -> Text,
        source -> Text,
        status -> Integer,
        outcome -> Nullable<Text>,
        remark -> Nullable<Text>,
        lease -> Nullable<Text>,
        start_time -> Nullable<BigInt>,
        due_at -> BigInt,
        started_at -> Nullable<BigInt>,
        finished_at -> Nullable<BigInt>,
        progress -> Integer,
        step -> Nullable<Text>,
        attempt_count -> Integer,
        created_at -> BigInt,
        updated_at -> BigInt,
    }
}

diesel::table! {
    attempt (task_id, number) {
        task_id -> BigInt,
        number -> Integer,
        lease -> Text,
        started_at -> BigInt,
        finished_at -> Nullable<BigInt>,
        outcome -> Nullable<Text>,
        remark -> Nullable<Text>,
        record_count -> Integer,
    }
}

diesel::table! {
    step (task_id, attempt, number) {
        task_id -> BigInt,
        attempt -> Integer,
        number -> Integer,
        text -> Text,
        started_at -> BigInt,
    }
}

diesel::table! {
    task_log (task_id, attempt, number) {
        task_id -> BigInt,
        attempt -> Integer,
        number -> Integer,
        at -> BigInt,
        level -> Text,
        text -> Text,
    }
}

diesel::table! {
    artifact (task_id, attempt, number) {
        task_id -> BigInt,
        attempt -> Integer,
        number -> Integer,
        at -> BigInt,
        kind -> Text,
        file -> Text,
    }
}

diesel::table! {
    task_kind (status, script_name, source) {
        status -> Integer,
        script_name -> Text,
        source -> Text,
        tasks -> Integer,
    }
}

diesel::table! {
    task_group (serial, username, script_name, source, status) {
        serial -> Text,
        username -> Text,
        script_name -> Text,
        source -> Text,
        status -> Integer,
        tasks -> Integer,
    }
}

diesel::table! {
    task_number (last) {
        last -> BigInt,
    }
}
