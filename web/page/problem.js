// What a person can put right: the message is a sentence for the page.
export class Problem extends Error {}
