//! Two writers at work on a server, and what is compared between it and a copy of it.

use std::collections::BTreeMap;
use std::io::Read as _;
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::{Program, Server, Video, create_some, total, wait_for};

/// Until both writers are at work.
const TO_WRITE: Duration = Duration::from_secs(30);

/// Ends the writers, also when a test fails.
struct Stop<'flag>(&'flag AtomicBool);

impl Drop for Stop<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// Does `work` while one thread creates tasks and another uploads materials and deletes the one before.
pub(crate) fn while_two_write<Done>(server: &Server, folder: &Path, work: impl FnOnce() -> Done) -> Done {
    let (stopped, uploads) = (AtomicBool::new(false), AtomicU64::new(0));
    let is_stopped = || stopped.load(Ordering::Relaxed);
    std::thread::scope(|scope| {
        let _stop = Stop(&stopped);
        scope.spawn(|| {
            while !is_stopped() {
                assert_eq!(create_some(server).status, 200);
            }
        });
        scope.spawn(|| {
            let mut previous = None;
            while !is_stopped() {
                let number = uploads.fetch_add(1, Ordering::Relaxed);
                let video = Video::make(folder, &format!("video-{number}.mp4"));
                let material = server.upload(&video, &json!({}));
                if let Some(previous) = previous.replace(material.id) {
                    server.client.materials().delete(previous).unwrap();
                }
            }
        });
        wait_for("the writers", TO_WRITE, || {
            (uploads.load(Ordering::Relaxed) > 3 && total(server) > 9).then_some(())
        });
        work()
    })
}

/// Runs a command that has to succeed.
pub(crate) fn carried_out(arguments: &[&str]) -> String {
    let output = Program::run(arguments);
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{arguments:?}: {said}");
    String::from_utf8(output.stdout).unwrap()
}

/// Runs a command that has to be refused, and returns why.
pub(crate) fn refused(arguments: &[&str]) -> String {
    let output = Program::run(arguments);
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(!output.status.success(), "{arguments:?} was carried out");
    assert!(!said.contains("panicked"), "{said}");
    said
}

/// All tasks of a server as they are, by their ids.
pub(crate) fn tasks_of(server: &Server) -> BTreeMap<i64, Value> {
    let tasks = server.client.tasks().all(Default::default());
    tasks
        .map(|task| {
            let id = task.unwrap().id;
            (id, server.get(&format!("/api/v1/task/{id}")).body["data"].take())
        })
        .collect()
}

/// Fails the test unless a server has every material whole and no file besides, and returns the ids.
pub(crate) fn whole_materials(server: &Server, data: &Path) -> Vec<i64> {
    let materials: Vec<_> = server.client.materials().all(Default::default()).map(Result::unwrap).collect();
    for material in &materials {
        let mut bytes = Vec::new();
        server.client.materials().content(material.id).unwrap().read_to_end(&mut bytes).unwrap();
        let hash: String = Sha256::digest(&bytes).iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(hash, material.sha256, "material {}", material.id);
    }
    let files = std::fs::read_dir(data.join("materials")).unwrap().count();
    assert_eq!(files, materials.len(), "videos have no thumbnails");
    materials.iter().map(|material| material.id).collect()
}

/// Fails the test unless `copy` is what `server` was at one moment of [`while_two_write`], between `before` tasks and now.
pub(crate) fn is_one_moment(server: &Server, before: i64, copy: &Server, data: &Path) {
    let (all, restored) = (tasks_of(server), tasks_of(copy));
    let count = i64::try_from(restored.len()).unwrap();
    assert!(before <= count && count <= total(server), "{before} <= {count}");
    assert!(restored.keys().copied().eq(1..=count), "tasks are created in their order");
    for (id, task) in &restored {
        assert_eq!(task, &all[id]);
    }
    let materials = whole_materials(copy, data);
    // One is uploaded before the one before it is deleted.
    assert!(matches!(materials.len(), 1 | 2), "{materials:?}");
    assert!(materials.iter().max().unwrap() - materials.iter().min().unwrap() < 2, "{materials:?}");
    assert_eq!(copy.get("/healthz").status, 200);
}
