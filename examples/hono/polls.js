const MAX_VOTERS = 5000;

/** A question with the vote of each voter. Voters may change their votes. */
class Poll {
  #votes = new Map();

  constructor(id, question, options) {
    this.id = id;
    this.question = question;
    this.options = options;
    this.counts = options.map(() => 0);
  }

  get isFull() {
    return this.#votes.size >= MAX_VOTERS;
  }

  /** Returns false if the vote changes nothing. */
  vote(voter, option) {
    const before = this.#votes.get(voter);
    if (before === option) return false;
    this.#votes.set(voter, option);
    if (before !== undefined) this.counts[before] -= 1;
    this.counts[option] += 1;
    return true;
  }

  has(voter) {
    return this.#votes.has(voter);
  }
}

const polls = [
  new Poll('lunch', 'What is for lunch?', ['Ramen', 'Tacos', 'Falafel', 'Whatever is left']),
  new Poll('friday', 'Do we ship on Friday?', ['Yes', 'After lunch', 'Only to staging', 'Never']),
  new Poll('tabs', 'Tabs or spaces?', ['Tabs', 'Spaces', 'The formatter decides']),
];

exports.polls = new Map(polls.map((poll) => [poll.id, poll]));
