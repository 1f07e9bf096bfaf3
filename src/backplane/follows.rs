//! Lets the rest of this process add and remove followers.

use std::sync::Arc;

use tokio::sync::mpsc::UnboundedSender;

use super::Command;
use super::directory::{Directory, Follower};
use super::engine::Subject;

#[derive(Clone)]
pub struct Follows {
    pub(super) directory: Arc<Directory>,
    pub(super) commands: UnboundedSender<Command>,
}

impl Follows {
    pub fn add(&self, subject: &Subject, follower: Follower) {
        self.directory.add(subject, follower);
        self.tell(Command::Follow(subject.clone()));
    }

    pub fn remove(&self, subject: &Subject, follower: Follower) {
        if self.directory.remove(subject, follower) {
            self.tell(Command::Unfollow(subject.clone()));
        }
    }

    pub(super) fn tell(&self, command: Command) {
        // The thread may have ended.
        let _ = self.commands.send(command);
    }
}
