/** The file of the pictures: 15 rows, of which two are to fix, one is held back, and one is there twice. Addresses are nobody's. */
export const SAMPLE_FILE = `Email,Sender,Provider,App Password,SMTP Host,IMAP Host,Cap,Tags,2FA Secret Key
jane@globex.com,Jane Doe,Google Workspace,abcd efgh ijkl mnop,,,20,a,s
john@globex.com,John Doe,Google Workspace,abcd efgh ijkl mnop,,,25,a,s
alex@globex.com,Alex Doe,Google Workspace,abcd efgh ijkl mnop,,,20,a,s
sam@mail.globex.com,Sam Doe,,planted-7Q,smtp.mail.globex.com,imap.mail.globex.com,30,a,s
"kim@mail.globex,com",Kim Doe,,planted-7Q,smtp.mail.globex.com,imap.mail.globex.com,30,a,s
max@mail.globex.com,Max Doe,,planted-7Q,smtp.mail.globex.com,imap.mail.globex.com,50,a,s
eva@mail.globex.com,Eva Doe,,planted-7Q,smtp.mail.globex.com,imap.mail.globex.com,20,a,s
pat@globex.com,Pat Doe,Google Workspace,,,,20,a,s
tom@globex.com,Tom Doe,Google Workspace,abcd efgh ijkl mnop,,,20,a,s
jane@globex.com,Jane Doe,Google Workspace,abcd efgh ijkl mnop,,,20,a,s
leo@globex.com,Leo Doe,Google Workspace,abcd efgh ijkl mnop,,,20,a,s
lee@go.globex.com,Lee Doe,Microsoft 365,planted-7Q,,,20,a,s
ida@mail.globex.com,Ida Doe,,planted-7Q,smtp.mail.globex.com,imap.mail.globex.com,20,a,s
ben@mail.globex.com,Ben Doe,,planted-7Q,smtp.mail.globex.com,imap.mail.globex.com,20,a,s
amy@globex.com,Amy Doe,Google Workspace,abcd efgh ijkl mnop,,,20,a,s
`;

/** Characters of its passwords. */
export const SAMPLE_SECRETS = ['planted-7Q', 'abcd efgh'];
