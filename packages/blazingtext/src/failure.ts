/** Training or serving can't go on; the message is for the person who started it. */
export class AlgorithmFailure extends Error {
  override readonly name = 'AlgorithmFailure';
}
