/** What the demo's shop sells. Categories are keys of `lines.ts`, where each country gives them its own codes. */
export interface Family {
  readonly weee: 'cooling' | 'screen' | 'lamp' | 'large' | 'small' | 'it' | 'solar';
  readonly battery: 'none' | 'portable' | 'lithium' | 'vehicle';
  readonly packaging: 'carton' | 'plastic' | 'mixed' | 'wood';
  /** How often it is sold, relative to the others. */
  readonly weight: number;
  readonly nouns: Readonly<Record<'de' | 'fr' | 'en', readonly string[]>>;
  readonly features: readonly string[];
}

const family = (
  [weee, battery, packaging]: readonly [Family['weee'], Family['battery'], Family['packaging']],
  weight: number,
  nouns: Family['nouns'],
  features: readonly string[],
): Family => ({ weee, battery, packaging, weight, nouns, features });

export const FAMILIES: readonly Family[] = [
  family(
    ['it', 'lithium', 'carton'],
    100,
    { de: ['Smartphone', 'Handy'], fr: ['smartphone', 'téléphone portable'], en: ['smartphone'] },
    ['128GB', '256 GB', '5G', 'Dual SIM', '6.1"'],
  ),
  family(
    ['it', 'lithium', 'plastic'],
    80,
    {
      de: ['Kopfhörer kabellos', 'In-Ear Ohrhörer'],
      fr: ['écouteurs sans fil', 'casque bluetooth'],
      en: ['wireless earbuds', 'headphones'],
    },
    ['Bluetooth 5.3', 'ANC', 'USB-C', '30h'],
  ),
  family(
    ['it', 'none', 'plastic'],
    60,
    { de: ['USB Ladegerät', 'Netzteil'], fr: ['chargeur USB', 'adaptateur secteur'], en: ['USB charger'] },
    ['20W', '65 W', 'USB-C', 'GaN'],
  ),
  family(
    ['it', 'portable', 'carton'],
    45,
    { de: ['Funkmaus', 'Tastatur kabellos'], fr: ['souris sans fil', 'clavier sans fil'], en: ['wireless mouse'] },
    ['2.4 GHz', 'AA', '1600 dpi', 'QWERTZ'],
  ),
  family(
    ['it', 'none', 'carton'],
    30,
    {
      de: ['WLAN Router', 'Drucker', 'Scanner'],
      fr: ['routeur wifi', 'imprimante', 'scanner'],
      en: ['router', 'printer'],
    },
    ['AX3000', 'A4', 'Duplex', 'WLAN'],
  ),
  family(
    ['screen', 'lithium', 'carton'],
    40,
    { de: ['Notebook', 'Tablet', 'Laptop'], fr: ['ordinateur portable', 'tablette'], en: ['laptop', 'tablet'] },
    ['15.6"', '14 Zoll', '16GB RAM', '512GB SSD'],
  ),
  family(
    ['screen', 'none', 'mixed'],
    28,
    { de: ['Fernseher', 'Monitor', 'OLED TV'], fr: ['téléviseur', 'écran', 'moniteur'], en: ['TV', 'monitor'] },
    ['55"', '4K', '27 Zoll', '144Hz', 'HDR'],
  ),
  family(
    ['lamp', 'none', 'carton'],
    50,
    { de: ['LED Lampe', 'Glühbirne', 'Leuchtmittel'], fr: ['ampoule LED', 'lampe LED'], en: ['LED bulb'] },
    ['E27', 'GU10', '8W', '2700K', '806lm'],
  ),
  family(
    ['lamp', 'portable', 'plastic'],
    14,
    { de: ['Taschenlampe', 'Stirnlampe'], fr: ['lampe torche', 'lampe frontale'], en: ['flashlight', 'headlamp'] },
    ['AAA', '500lm', 'IPX4', 'Zoom'],
  ),
  family(
    ['small', 'none', 'carton'],
    55,
    {
      de: ['Wasserkocher', 'Toaster', 'Kaffeemaschine', 'Mixer'],
      fr: ['bouilloire', 'grille-pain', 'cafetière', 'mixeur'],
      en: ['kettle', 'toaster'],
    },
    ['1.7L', '2200W', '1,5 l', '850 W'],
  ),
  family(
    ['small', 'none', 'mixed'],
    24,
    {
      de: ['Staubsauger', 'Dampfreiniger', 'Bügeleisen'],
      fr: ['aspirateur', 'nettoyeur vapeur', 'fer à repasser'],
      en: ['vacuum cleaner'],
    },
    ['700W', 'beutellos', '2400 W', 'HEPA'],
  ),
  family(
    ['small', 'lithium', 'carton'],
    22,
    {
      de: ['Akku Bohrschrauber', 'Akku-Staubsauger', 'Akku Stichsäge'],
      fr: ['perceuse visseuse sans fil', 'aspirateur balai'],
      en: ['cordless drill'],
    },
    ['18V', '2x2Ah', '12 V', '50Nm'],
  ),
  family(
    ['small', 'none', 'carton'],
    12,
    {
      de: ['Bohrhammer', 'Winkelschleifer', 'Stichsäge'],
      fr: ['perforateur', 'meuleuse', 'scie sauteuse'],
      en: ['angle grinder'],
    },
    ['800W', '125mm', 'SDS', '1100 W'],
  ),
  family(
    ['small', 'portable', 'plastic'],
    18,
    {
      de: ['Zahnbürste elektrisch', 'Küchenwaage', 'Fernbedienung'],
      fr: ['brosse à dents électrique', 'balance de cuisine', 'télécommande'],
      en: ['kitchen scale'],
    },
    ['2xAA', '5kg', 'Timer', '3V'],
  ),
  family(
    ['small', 'vehicle', 'mixed'],
    5,
    {
      de: ['E-Scooter', 'Elektroroller', 'Pedelec'],
      fr: ['trottinette électrique', 'vélo électrique'],
      en: ['e-scooter', 'e-bike'],
    },
    ['36V', '350W', '20 km/h', '10Ah'],
  ),
  family(
    ['large', 'none', 'wood'],
    9,
    {
      de: ['Waschmaschine', 'Geschirrspüler', 'Backofen', 'Herd'],
      fr: ['lave-linge', 'lave-vaisselle', 'four', 'cuisinière'],
      en: ['washing machine'],
    },
    ['8kg', '1400 U/min', '60cm', 'A+++'],
  ),
  family(
    ['large', 'vehicle', 'wood'],
    2,
    {
      de: ['Rasentraktor elektrisch', 'Aufsitzmäher Akku'],
      fr: ['tracteur tondeuse électrique'],
      en: ['ride-on mower'],
    },
    ['48V', '75Ah', '76cm'],
  ),
  family(
    ['cooling', 'none', 'wood'],
    8,
    {
      de: ['Kühlschrank', 'Gefrierschrank', 'Klimagerät mobil'],
      fr: ['réfrigérateur', 'congélateur', 'climatiseur mobile'],
      en: ['fridge', 'freezer'],
    },
    ['300L', 'NoFrost', '9000 BTU', '185cm'],
  ),
  family(
    ['solar', 'none', 'wood'],
    3,
    {
      de: ['Solarmodul', 'Photovoltaik Panel', 'Balkonkraftwerk'],
      fr: ['panneau solaire', 'module photovoltaïque'],
      en: ['solar panel'],
    },
    ['410Wp', 'mono', '800W', '1722x1134mm'],
  ),
  family(
    ['solar', 'lithium', 'mixed'],
    2,
    {
      de: ['Powerstation mit Solarpanel', 'Solar Generator'],
      fr: ['station électrique solaire'],
      en: ['solar generator'],
    },
    ['512Wh', '300W', 'LiFePO4'],
  ),
];

export const BRANDS = [
  'Nordica',
  'Velano',
  'Kraftwerk & Sohn',
  'Lumex',
  'Orbital',
  'Tessora',
  'Brisa',
  'Maison Clair',
  'Quanta',
  'Hexa',
  'ÖkoHaus',
  'Zentro',
] as const;

export const COLOURS = {
  de: ['schwarz', 'weiß', 'silber', 'blau', 'rot'],
  fr: ['noir', 'blanc', 'argent', 'bleu', 'rouge'],
  en: ['black', 'white', 'silver', 'blue', 'red'],
} as const;

/** Sentences around a noun, for descriptions. */
export const SENTENCES = {
  de: [
    '{noun} für zu Hause, sofort lieferbar.',
    'Hochwertige Qualität: {noun} mit {feature}.',
    'Neu &amp; originalverpackt, {noun}.',
    'Lieferumfang: 1x {noun}, Anleitung',
  ],
  fr: [
    '{noun} pour la maison, livraison rapide.',
    'Haute qualité : {noun} avec {feature}.',
    'Neuf &amp; emballé, {noun}.',
    'Contenu : 1x {noun}, notice',
  ],
  en: [
    '{noun} for your home, in stock.',
    'Quality {noun} with {feature}.',
    'New &amp; boxed {noun}.',
    'In the box: 1x {noun}, manual',
  ],
} as const;
