//! The tables as diesel sees them. The migrations create them.

diesel::table! {
    account (id) {
        id -> BigInt,
        username -> Text,
        app -> Text,
        serial -> Nullable<Text>,
        created_at -> BigInt,
        package -> Nullable<Text>,
        enabled -> Bool,
        note -> Text,
        updated_at -> BigInt,
    }
}

diesel::table! {
    device_group (id) {
        id -> BigInt,
        name -> Text,
        note -> Text,
        created_at -> BigInt,
        updated_at -> BigInt,
    }
}

diesel::table! {
    device (serial) {
        serial -> Text,
        name -> Nullable<Text>,
        group_id -> Nullable<BigInt>,
        model -> Nullable<Text>,
        android_version -> Nullable<Text>,
        width -> Nullable<Integer>,
        height -> Nullable<Integer>,
        battery -> Nullable<Integer>,
        facts_at -> Nullable<BigInt>,
        created_at -> BigInt,
        updated_at -> BigInt,
        battery_temperature -> Nullable<Integer>,
        storage_free -> Nullable<BigInt>,
        storage_total -> Nullable<BigInt>,
        seen -> Bool,
    }
}

diesel::table! {
    device_app (serial, app) {
        serial -> Text,
        app -> Text,
        version -> Text,
    }
}

diesel::table! {
    setting (name) {
        name -> Text,
        value -> Text,
    }
}

diesel::joinable!(device -> device_group (group_id));
diesel::allow_tables_to_appear_in_same_query!(device, device_group);

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
        priority -> Integer,
        max_retries -> Integer,
        time_limit -> Nullable<BigInt>,
        retry_count -> Integer,
        retry_at -> Nullable<BigInt>,
        interruptions -> Integer,
        interrupted_steps -> Integer,
        failure_code -> Nullable<Text>,
        config_id -> Nullable<BigInt>,
        config_bytes -> Nullable<BigInt>,
        app_version -> Nullable<Text>,
    }
}

diesel::table! {
    script_config (id) {
        id -> BigInt,
        config -> Text,
    }
}

diesel::joinable!(task -> script_config (config_id));
diesel::allow_tables_to_appear_in_same_query!(task, script_config);

diesel::table! {
    task_interval (task_id) {
        task_id -> BigInt,
        request -> BigInt,
        gap -> BigInt,
    }
}

diesel::table! {
    request_key (key) {
        key -> Text,
        fingerprint -> Text,
        answer -> Text,
        used_at -> BigInt,
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
        mark -> Nullable<Text>,
        marked_at -> Nullable<BigInt>,
        failure_code -> Nullable<Text>,
        result -> Nullable<Text>,
        app_version -> Nullable<Text>,
    }
}

diesel::allow_tables_to_appear_in_same_query!(attempt, task);

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
    task_kind (status, script_name, source, app, failure_code) {
        status -> Integer,
        script_name -> Text,
        source -> Text,
        app -> Text,
        failure_code -> Text,
        tasks -> Integer,
    }
}

diesel::table! {
    task_group (serial, username, script_name, source, app, failure_code, status) {
        serial -> Text,
        username -> Text,
        script_name -> Text,
        source -> Text,
        app -> Text,
        failure_code -> Text,
        status -> Integer,
        tasks -> Integer,
    }
}

diesel::table! {
    task_number (last) {
        last -> BigInt,
    }
}

diesel::table! {
    event (id) {
        id -> BigInt,
        at -> BigInt,
        kind -> Text,
        task_id -> Nullable<BigInt>,
        serial -> Nullable<Text>,
        attempt -> Nullable<Integer>,
        progress -> Nullable<Integer>,
        retry_at -> Nullable<BigInt>,
        outcome -> Nullable<Text>,
        text -> Nullable<Text>,
        address -> Nullable<Text>,
        state -> Nullable<Text>,
        failure_code -> Nullable<Text>,
        presence -> Nullable<Text>,
    }
}

diesel::table! {
    device_presence (serial) {
        serial -> Text,
        is_ready -> Bool,
    }
}

diesel::table! {
    webhook (id) {
        id -> BigInt,
        url -> Text,
        events -> Text,
        description -> Text,
        secret -> Text,
        enabled -> Bool,
        disabled_reason -> Nullable<Text>,
        position -> BigInt,
        created_at -> BigInt,
        updated_at -> BigInt,
    }
}

diesel::table! {
    webhook_delivery (id) {
        id -> BigInt,
        webhook_id -> BigInt,
        message_id -> Text,
        event -> Text,
        body -> Text,
        status -> Text,
        attempts -> Integer,
        http_status -> Nullable<Integer>,
        error -> Nullable<Text>,
        created_at -> BigInt,
        expires_at -> BigInt,
        attempted_at -> Nullable<BigInt>,
        next_at -> Nullable<BigInt>,
        claim -> Nullable<Text>,
        settled_at -> Nullable<BigInt>,
    }
}

diesel::allow_tables_to_appear_in_same_query!(event, task);

diesel::table! {
    access_token (id) {
        id -> Text,
        name -> Text,
        hash -> Binary,
        created_at -> BigInt,
        last_used_at -> Nullable<BigInt>,
        role -> Text,
        expires_at -> Nullable<BigInt>,
        rotated_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    audit (id) {
        id -> BigInt,
        at -> BigInt,
        actor_kind -> Text,
        actor -> Text,
        token_id -> Nullable<Text>,
        role -> Nullable<Text>,
        address -> Nullable<Text>,
        operation -> Text,
        method -> Nullable<Text>,
        path -> Nullable<Text>,
        subjects -> Text,
        changed -> Nullable<BigInt>,
        status -> Nullable<Integer>,
        code -> Nullable<Integer>,
    }
}

diesel::table! {
    installation (id) {
        id -> Integer,
        made_at -> BigInt,
        last_seen -> BigInt,
        set_back_at -> Nullable<BigInt>,
        newest_license -> Nullable<BigInt>,
    }
}

diesel::table! {
    server (id) {
        id -> Text,
        beats -> BigInt,
    }
}

diesel::table! {
    wakeup (version) {
        version -> BigInt,
    }
}

diesel::table! {
    stop_request (task_id) {
        task_id -> BigInt,
        lease -> Text,
    }
}

diesel::joinable!(stop_request -> task (task_id));
diesel::allow_tables_to_appear_in_same_query!(stop_request, task);
diesel::allow_tables_to_appear_in_same_query!(task, task_kind);
diesel::allow_tables_to_appear_in_same_query!(task_number, wakeup);

diesel::table! {
    material (id) {
        id -> BigInt,
        name -> Text,
        file -> Text,
        thumbnail -> Nullable<Text>,
        media_type -> Text,
        size -> BigInt,
        sha256 -> Text,
        caption -> Text,
        username -> Nullable<Text>,
        sort -> Integer,
        task_id -> Nullable<BigInt>,
        lease -> Nullable<Text>,
        publishing_at -> Nullable<BigInt>,
        used_at -> Nullable<BigInt>,
        created_at -> BigInt,
        updated_at -> BigInt,
    }
}

diesel::table! {
    material_tag (material_id, tag) {
        material_id -> BigInt,
        tag -> Text,
    }
}

diesel::table! {
    local_file (path, size) {
        path -> Text,
        size -> BigInt,
        task_id -> BigInt,
        lease -> Text,
        publishing_at -> Nullable<BigInt>,
        used_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    account_tag (account_id, tag) {
        account_id -> BigInt,
        tag -> Text,
    }
}

diesel::allow_tables_to_appear_in_same_query!(material, material_tag);
diesel::allow_tables_to_appear_in_same_query!(account, account_tag);
