/** What a form has to remember besides what is typed into it. Who acts comes from the signed payload instead. */
export type FormContext = {
  /** The user id of whom it was opened for: the form is of no use to anybody else. */
  openedBy: string;
  /** The client whose key it said would be used; '' for the workspace's own. */
  client: string;
  /** The conversation the command was used in. */
  channelId: string;
  sealedResponseUrl: string | undefined;
  /** The request that is tried again. */
  retryOf: string | undefined;
  /** Counts the pages shown, so that each comes up as it is rendered; see `blockId`. */
  generation: number;
};

/** The context for another page than the one shown: its fields come up as rendered, and passwords empty. */
export function turnPage(context: FormContext): FormContext {
  return { ...context, generation: context.generation + 1 };
}
