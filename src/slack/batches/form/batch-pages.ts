import type { ModalView } from '@slack/types';
import { clientNameOf } from '../../../add-inbox/keys/key-owner.ts';
import { renderActions, renderButton, renderContext, renderSection } from '../../blocks/blocks.ts';
import { mrkdwn } from '../../blocks/text-objects.ts';
import { encodeFormMetadata, type FormContext } from '../../form/form-metadata.ts';
import { ACTIONS, CALLBACKS } from '../../ids.ts';
import { renderModalFrame } from '../../modals/modal-frame.ts';
import { BATCH_FORM, BATCH_FORM_DONE, BATCH_FORM_PREVIEW } from '../../sentences/batches.ts';
import { BUTTONS } from '../../sentences/common.ts';
import { isBetweenPeople } from '../../web-api/conversation.ts';

/** Shown while rows are fetched from Slack, read and checked. The preview replaces it. */
export function renderReading(context: FormContext, { now, wait }: { now: string; wait: string }): ModalView {
  return {
    ...renderModalFrame(CALLBACKS.reading, { title: BATCH_FORM.title, cancel: BATCH_FORM.cancel }),
    private_metadata: encodeFormMetadata(context),
    blocks: [renderSection('reading', mrkdwn(now)), renderContext('wait', wait)],
  };
}

/** Why the file can't be used, with a way back to the form. */
export function renderFileProblem(context: FormContext, problem: string, mustDeleteFile: boolean): ModalView {
  return {
    ...renderModalFrame(CALLBACKS.notice, { title: BATCH_FORM.title }),
    private_metadata: encodeFormMetadata(context),
    blocks: [
      renderSection('problem', problem),
      renderActions('back', [renderButton(ACTIONS.backToMany, BUTTONS.back, 'back')]),
      ...(mustDeleteFile ? [renderSection('delete_file', mrkdwn(BATCH_FORM_PREVIEW.deleteFile))] : []),
    ],
  };
}

/**
 * Replaces the preview once its rows are committed: where the card will be. Closing it closes the form below it too.
 *
 * @param channelId the conversation for the results
 */
export function renderAdding({ owner }: FormContext, inboxes: number, channelId: string): ModalView {
  const client = clientNameOf(owner);
  const where = isBetweenPeople(channelId) ? BATCH_FORM_DONE.inDm : BATCH_FORM_DONE.inChannel(`<#${channelId}>`);
  return {
    ...renderModalFrame(CALLBACKS.notice, { title: BATCH_FORM.title }),
    clear_on_close: true,
    blocks: [
      renderSection('adding', mrkdwn(BATCH_FORM_DONE.adding(inboxes))),
      ...(client === undefined ? [] : [renderContext('client', BATCH_FORM_PREVIEW.client(client))]),
      renderSection('place', mrkdwn(where)),
      renderContext('close_it', BATCH_FORM_DONE.closeIt),
    ],
  };
}
