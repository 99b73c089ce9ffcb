import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync } from 'node:fs';
import { delimiter, join, resolve } from 'node:path';
import { DockerfileParser } from 'dockerfile-ast';

/** What a stage of a Dockerfile makes. */
export type Image = {
  /** The folder that is `/` in the image. */
  root: string;
  workdir: string;
  env: Record<string, string>;
  user: string;
  command: string[];
  healthcheck: string[];
};

type Build = { context: string; folder: string; included: string[]; stages: Map<string, Image> };

/**
 * Does the steps of a Dockerfile in a folder, without images: a base image is an empty folder, and a RUN gets the programs of this
 * system. It knows only the instructions that our Dockerfile has.
 *
 * @param included the names that `.dockerignore` lets into the context
 */
export function buildImage(dockerfile: string, { context, folder, included }: Omit<Build, 'stages'>): Image {
  const build: Build = { context, folder, included, stages: new Map() };
  let image: Image | undefined;
  for (const instruction of DockerfileParser.parse(dockerfile).getInstructions()) {
    const [, ...words] = instruction.getTextContent().split(/\s+/);
    if (instruction.getKeyword() === 'FROM') image = beginStage(build, words);
    else if (image !== undefined) take(image, instruction.getKeyword(), words, build);
  }
  return image ?? assert.fail('there is no FROM');
}

function beginStage({ folder, stages }: Build, [, , name]: string[]): Image {
  const root = join(folder, `stage-${stages.size}`);
  mkdirSync(root);
  const image: Image = { root, workdir: '/', env: {}, user: 'root', command: [], healthcheck: [] };
  stages.set(name ?? '', image);
  return image;
}

function take(image: Image, keyword: string, words: string[], build: Build): void {
  const text = words.join(' ');
  switch (keyword) {
    case 'WORKDIR':
      image.workdir = resolve(image.workdir, text);
      mkdirSync(join(image.root, image.workdir), { recursive: true });
      return;
    case 'COPY':
      copy(image, words, build);
      return;
    case 'RUN':
      run(image, text);
      return;
    case 'ENV':
      for (const word of words) image.env[word.replace(/=.*/, '')] = word.replace(/^\w+=/, '');
      return;
    case 'USER':
      image.user = text;
      return;
    case 'CMD':
      image.command = parseCommand(text);
      return;
    case 'HEALTHCHECK':
      image.healthcheck = parseCommand(text.replace(/^.*? CMD /, ''));
      return;
    default:
      assert.ok(['EXPOSE', 'VOLUME'].includes(keyword), `an unknown instruction: ${keyword}`);
  }
}

function copy(image: Image, words: string[], { context, included, stages }: Build): void {
  const paths = words.filter((word) => !word.startsWith('--'));
  const to = join(image.root, resolve(image.workdir, paths.pop() ?? ''));
  const from = /--from=(\S+)/.exec(words.join(' '))?.[1];
  const source = from === undefined ? context : (stages.get(from)?.root ?? assert.fail(`no stage ${from}`));
  for (const path of paths) {
    assert.ok(from !== undefined || included.includes(path), `.dockerignore leaves ${path} out`);
    const isFolder = paths.length === 1 && !path.includes('.');
    cpSync(join(source, path), isFolder ? to : join(to, path), { recursive: true, verbatimSymlinks: true });
  }
}

/** Absolute paths mean the image, and its user `node` is whoever runs this. */
function run(image: Image, text: string): void {
  const command = text
    .replace(/(?<= )\/(?=\w)/g, `${image.root}/`)
    .replace('node:node', `${process.getuid?.()}:${process.getgid?.()}`);
  const path = (process.env.PATH ?? '').split(delimiter).filter((folder) => !folder.includes('node_modules'));
  const { status, stdout, stderr } = spawnSync('sh', ['-c', command], {
    cwd: join(image.root, image.workdir),
    env: { ...process.env, PATH: path.join(delimiter) },
    encoding: 'utf8',
  });
  assert.equal(status, 0, `${command}:\n${stdout}${stderr}`);
}

/** The exec form, which needs no shell. */
function parseCommand(text: string): string[] {
  const command: unknown = JSON.parse(text);
  assert.ok(Array.isArray(command), text);
  return command.map(String);
}
