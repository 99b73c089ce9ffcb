import type { SenderAccount } from '../../../src/add-inbox/account/sender-account.ts';
import { SAMPLE_ACCOUNT } from '../../add-inbox/request/sample-request.ts';

export const API_KEY = 'cs_live_abcdefghijklmnopqrstuvwxyz0123456789ABCD';

export const ACCOUNT: SenderAccount = {
  ...SAMPLE_ACCOUNT,
  inbox_type: 'CUSTOM_SMTP',
  smtp_host: 'smtp.acme.com',
  smtp_password: 'smtp-hunter2',
  imap_host: 'imap.acme.com',
  imap_password: 'imap-hunter3',
  daily_limit: 100,
};

/** `SenderAccountAdded` as the reference shows it. */
export const ADDED_BODY = {
  success: true,
  message: 'Sender account added successfully',
  inbox_id: '3f0c2f4e-8f2b-4c1d-9b1e-0a1b2c3d4e5f',
  email_address: 'jane@acme.com',
  display_name: 'Jane Doe',
  inbox_type: 'CUSTOM_SMTP',
  daily_limit: 100,
  overall_status: 'PENDING',
  created_at: '2025-06-01T10:00:00Z',
};

export const ADDED = {
  kind: 'added',
  account: {
    inbox_id: '3f0c2f4e-8f2b-4c1d-9b1e-0a1b2c3d4e5f',
    email_address: 'jane@acme.com',
    display_name: 'Jane Doe',
    inbox_type: 'CUSTOM_SMTP',
    daily_limit: 100,
    overall_status: 'PENDING',
  },
};
