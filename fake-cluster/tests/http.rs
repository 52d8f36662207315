//! The cluster over HTTP, as the gallery's server and its tests reach it.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on ends where it stands")]

use std::{
    io::{BufRead as _, BufReader},
    process::{Child, Command, Stdio},
};

use futures::TryStreamExt as _;
use kube::{
    Api, Client,
    api::{Patch, PatchParams, PostParams, WatchEvent, WatchParams},
    core::{ApiResource, DynamicObject, GroupVersionKind},
};
use serde_json::json;

/// Ends when it is dropped, as its standard input does.
struct Served {
    _program: Child,
    client: Client,
}

fn serve() -> Served {
    let mut program = Command::new(env!("CARGO_BIN_EXE_fake-cluster"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut address = String::new();
    BufReader::new(program.stdout.take().unwrap()).read_line(&mut address).unwrap();
    let mut config = kube::Config::new(address.trim().parse().unwrap());
    config.default_namespace = fake_cluster::NAMESPACE.into();
    Served { _program: program, client: Client::try_from(config).unwrap() }
}

#[tokio::test]
async fn what_is_put_between_a_list_and_its_watch_is_told() {
    let served = serve();
    let kind = ApiResource::from_gvk(&GroupVersionKind::gvk("storeyard.dev", "v1alpha1", "Store"));
    let stores: Api<DynamicObject> = Api::default_namespaced_with(served.client.clone(), &kind);
    let list = stores.list(&Default::default()).await.unwrap();
    assert!(list.items.is_empty());

    let store = serde_json::from_value(json!({
        "apiVersion": "storeyard.dev/v1alpha1", "kind": "Store", "metadata": {"name": "a-00000"}, "spec": {"title": "A"}
    }));
    stores.create(&PostParams::default(), &store.unwrap()).await.unwrap();
    let renamed = Patch::Merge(json!({"spec": {"title": "B"}}));
    stores.patch("a-00000", &PatchParams::default(), &renamed).await.unwrap();

    let version = list.metadata.resource_version.unwrap();
    let mut watch = Box::pin(stores.watch(&WatchParams::default(), &version).await.unwrap());
    let mut names = Vec::new();
    while names.len() < 2 {
        match watch.try_next().await.unwrap().unwrap() {
            WatchEvent::Added(store) | WatchEvent::Modified(store) => {
                names.push(store.data["spec"]["title"].as_str().unwrap().to_owned());
            }
            event => panic!("{event:?}"),
        }
    }
    assert_eq!(names, ["A", "B"]);
}
