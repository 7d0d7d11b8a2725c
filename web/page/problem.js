// What a person can mend: the message is a sentence for the page.
export class Problem extends Error {}
