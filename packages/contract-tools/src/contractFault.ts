/** The source of a contract is not what can be published: the message says which contract, where in it, and what is wrong there. */
export class ContractFault extends Error {
  override readonly name = 'ContractFault';
}
