//! The only files that know Node: conversion, no logic. JavaScript holds a handle for each hub, connection and channel.

mod channel;
mod connection;
mod context;
mod error;
mod event;
mod hub;
mod metrics;
mod notices;
mod topics;
