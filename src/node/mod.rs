//! The binding to Node.js: conversion, no logic. JavaScript holds a handle for each hub,
//! connection, channel and set of topics.

mod backplane;
mod channel;
mod connection;
mod context;
mod error;
mod event;
mod exit;
mod frames;
mod host_call;
mod hub;
mod listing;
mod metrics;
mod nats_settings;
mod notices;
#[cfg(feature = "redis")]
mod redis_options;
mod redis_settings;
mod sender;
mod tls_settings;
mod topics;
