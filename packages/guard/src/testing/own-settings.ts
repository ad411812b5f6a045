/** A settings file, as a user writes one: with a subject of his own, whose nodes are programs of his own. */
import { defineConfig, defineSubject } from '@ordeal/config/define';
import { echoSubject } from '@ordeal/runtimes/testing';

export default defineConfig({
  subjects: [
    defineSubject({
      ...echoSubject,
      title: 'Echo',
      faults: { node_kill: { horizonSeconds: 5, runtimes: ['docker'] } },
    }),
  ],
});
