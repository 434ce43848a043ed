x = <a>{b.map((c) => (<d>'{c}'</d>))}</a> / 2; y = '/'
import './z'