/** What the demo's shops sell, by the name that every vocabulary has words for. */
export const NOUNS = [
  ...['smartphone', 'tablet', 'ereader', 'laptop', 'computer', 'monitor', 'mouse', 'printer', 'router', 'smartwatch'],
  ...['tv', 'headphones', 'speaker', 'camera', 'console', 'charger', 'powerbank', 'cable', 'case'],
  ...['bulb', 'luminaire', 'flashlight', 'kettle', 'coffeeMachine', 'vacuum', 'hairDryer', 'toothbrush', 'scale'],
  ...[
    'heater',
    'washingMachine',
    'oven',
    'microwave',
    'fridge',
    'coolBox',
    'airConditioner',
    'drill',
    'saw',
    'mower',
    'scooter',
    'toy',
  ],
  ...['treadmill', 'bloodPressure', 'smokeDetector', 'solarPanel', 'powerStation', 'batteries', 'carBattery'],
] as const;
export type Noun = (typeof NOUNS)[number];

/** A language as its shops write it. Every phrase stands as it is: nothing is inflected. */
export interface Vocabulary {
  readonly nouns: Readonly<Record<Noun, readonly string[]>>;
  readonly colours: readonly string[];
  /** Words of titles that do not tell what the item is. */
  readonly vague: readonly string[];
  /** Sentences of descriptions; `{noun}` stands where nothing needs to agree with it. */
  readonly sentences: readonly string[];
}
