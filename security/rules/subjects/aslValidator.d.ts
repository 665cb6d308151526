declare module 'asl-validator' {
  /** Checks a definition, and writes into it (each state gets its query language). */
  export default function validate(definition: object): {
    readonly isValid: boolean;
    readonly errorsText: (separator?: string) => string;
  };
}
