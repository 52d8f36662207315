//! The shared provisioner: the Store resource, what `web` may do with it, and the operator that makes and removes stores.
//!
//! Reading order: [`config`] and [`resource`] (what is given), [`progress`] (what is known of a store), [`view`] (what a page sees),
//! [`stores`] (the web's side); then [`plan`] (what comes next), [`manifests`], [`values`], [`secrets`] and [`commands`] (what is
//! asked of the cluster), [`runner`] (the one place that starts programs), [`release`], [`pods`], [`storefront`] and [`diagnosis`]
//! (what its answers mean), [`turns`] (who is next), and [`operator`], which does it. All but `stores`, `runner`, `storefront` and
//! `operator` is pure.

mod backoff;
pub mod client;
pub mod commands;
pub mod config;
pub mod diagnosis;
pub mod manifests;
pub mod operator;
pub mod plan;
pub mod pods;
pub mod progress;
pub mod release;
pub mod resource;
pub mod room;
pub mod runner;
pub mod secrets;
pub mod storefront;
pub mod stores;
pub mod turns;
pub mod values;
pub mod view;
