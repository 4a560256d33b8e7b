// A set of words for every kind of notice, in Arabic: what a host of customers there would put.
import type { NoticeWords, WordedKind } from '../../../../lambdas/core/contracts/messages/words.ts';

const STANDS = [
  'السبب الأخير: {{outcome}}',
  'عمليات تسليم في الانتظار: {{waiting}}',
  'المحاولة التالية: {{nextProbeAt}}',
].join('\n');

export const ARABIC = {
  'endpoint.failing': {
    title: '{{name}} لا تستجيب',
    text: `تفشل عمليات التسليم إلى {{host}} منذ {{since}}.\nالتذكير رقم {{reminder}}\n${STANDS}`,
    link: 'عرض',
  },
  'endpoint.paused': {
    title: 'تم إيقاف {{name}} مؤقتًا',
    text: `فشلت {{failures}} مرة منذ {{since}} ({{pausedBy}}).\n${STANDS}`,
    link: 'عرض',
  },
  'endpoint.recovered': {
    title: 'عادت {{name}} إلى العمل',
    text: 'تعمل جيدًا منذ {{recoveredAt}}، وكانت تفشل منذ {{since}}.',
    link: 'عرض',
  },
  'endpoint.slow': {
    title: '{{name}} بطيئة',
    text: 'زمن الاستجابة {{p95Ms}} ms، والحد {{slowAboveMs}} ms.',
    link: 'عرض',
  },
  'certificate.expiring': {
    title: 'تنتهي شهادة {{name}} خلال {{days}} يومًا',
    text: 'الشهادة ({{certificate}}) صالحة حتى {{expiresAt}}.',
    link: 'عرض',
  },
  'deliveries.dead': {
    title: 'فقدت {{name}} عمليات تسليم: {{count}}',
    text: `منذ {{since}}.\n${STANDS}`,
    link: 'عرض',
  },
  'digest.hourly': { title: 'إشعارات أخرى: {{total}}', text: '', link: 'عرض' },
  'digest.daily': {
    title: 'تقرير اليوم',
    text: 'من {{since}} إلى {{until}}\nوصلت {{delivered}} وفُقدت {{dead}} من {{attempts}} محاولة، نجحت {{succeeded}}.\nالاستجابة: {{p95Ms}} ms\nنقاط متعثرة: {{troubled}}',
    link: 'عرض',
  },
  'filter.over_budget': {
    title: 'مرشح {{name}} بطيء جدًا',
    text: 'لم تصل أحداث من النوع {{eventType}}.',
    link: 'عرض',
  },
} as const satisfies NoticeWords & Record<WordedKind, object>;
