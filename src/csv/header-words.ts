/**
 * Words of headers in other languages, without accents and separators. Hosting panels write such headers, and so do people.
 * On the left is a header that the columns know.
 */
const WORDS: Record<string, string> = {
  address: 'adresse endereco direccion indirizzo adres',
  email: `
    emailadresse mailadresse epostadresse postfach emailkonto adresseemail adressemail courriel adressecourriel
    correo correoelectronico direcciondecorreo direcciondecorreoelectronico enderecodeemail indirizzoemail
    emailadres mailadres
  `,
  displayname: `
    anzeigename absendername nomaffiche nomdaffichage nomcomplet nomdelexpediteur nombreamostrar
    nombreparamostrar nombrecompleto nombredelremitente nomedeexibicao nomecompleto nomedoremetente
    nomevisualizzato weergavenaam
  `,
  name: 'naam',
  firstname: 'vorname prenom nombre nome voornaam',
  lastname: 'nachname familienname zuname nom nomdefamille apellido apellidos apelido sobrenome cognome achternaam',
  provider: 'anbieter fournisseur proveedor provedor fornitore',
  apppassword: `
    apppasswort appkennwort motdepassedapplication contrasenadeaplicacion contrasenadelaaplicacion
    contrasenadeapp senhadeapp senhadoapp senhadeaplicativo passwordperlapp appwachtwoord
  `,
  password: 'passwort kennwort motdepasse contrasena clave senha palavrapasse wachtwoord',
  username: `
    benutzername benutzer nutzername anmeldename utilisateur nomdutilisateur identifiant usuario nombredeusuario
    nomedeusuario utilizador nomeutente utente gebruikersnaam
  `,
  server: 'serveur servidor hote',
  smtpserver: `
    postausgangsserver postausgang ausgangsserver serveursortant servidordesalida servidorsaliente
    servidordesaida serverinuscita
  `,
  imapserver: `
    posteingangsserver posteingang eingangsserver serveurentrant servidordeentrada servidorentrante
    serverinarrivo
  `,
  port: 'puerto porta poort',
  dailylimit: 'tageslimit taglicheslimit limitequotidienne limitejournaliere limitediario limitediaria',
};

const TRANSLATIONS = new Map(
  Object.entries(WORDS).flatMap(([english, others]) =>
    others
      .trim()
      .split(/\s+/)
      .map((word) => [word, english]),
  ),
);

/** A normalized header in English, with its protocol in front: `serveursmtp` is `smtpserver`. */
export function translateHeader(normalized: string): string {
  const [, before, word = '', after = ''] = /^(smtp|imap)?(.*?)(smtp|imap)?$/.exec(normalized) ?? [];
  return (before ?? after) + (TRANSLATIONS.get(word) ?? word);
}
